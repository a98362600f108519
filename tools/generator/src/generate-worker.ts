import { insertBefore, type Change } from './change.js';
import { createHandler, describeJob, handlerName } from './generate-job.js';
import { checkWords, toCamel, toKebab, toPascal } from './names.js';

/**
 * A worker with a queue of its own and a first job type, `<queue>.run`: the app, the definition and the container.
 * @throws NameError
 */
export function generateWorker(queue: string): Change[] {
  checkWords(queue, 'a queue');
  const app = `${queue}-worker`;
  const type = `${queue}.run`;
  const constant = `${toCamel(queue)}Queue`;
  return [
    ...describeJob(type, queue, { constant, file: null }),
    createHandler(type, queue),
    {
      kind: 'create',
      path: `apps/${app}/package.json`,
      content: `${JSON.stringify(
        {
          name: `@jobstream/${app}`,
          version: '0.1.0',
          private: true,
          type: 'module',
          nx: { tags: ['type:app', `name:${app}`], targets: { build: {} } },
        },
        undefined,
        2,
      )}\n`,
    },
    {
      kind: 'create',
      path: `apps/${app}/src/main.ts`,
      content: `import { startWorker } from '@jobstream/execution';
import { ${constant} } from '@jobstream/jobs';
import { ${toPascal(queue)}Module } from './${queue}.module.js';

await startWorker({ queues: [${constant}], module: ${toPascal(queue)}Module, concurrency: 10 });
`,
    },
    {
      kind: 'create',
      path: `apps/${app}/src/${queue}.module.ts`,
      content: `import { Module } from '@nestjs/common';
import { ${handlerName(type)} } from './${toKebab(type)}.handler.js';

@Module({ providers: [${handlerName(type)}] })
export class ${toPascal(queue)}Module {}
`,
    },
    insertBefore(
      'docker-compose.yml',
      '\nvolumes:\n',
      `
  ${app}:
    <<: *service
    build: { context: ., args: { APP: ${app} } }
    environment: *environment
`,
    ),
  ];
}
