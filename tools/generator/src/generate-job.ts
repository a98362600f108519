import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChangeError, insertBefore, type Change } from './change.js';
import { checkType, checkWords, toCamel, toKebab, toPascal } from './names.js';

/** Where a queue is defined: the constant, and the file in `libs/jobs/src` that exports it. */
export interface QueuePlace {
  readonly constant: string;
  /** Null where the job's own file is to define it. */
  readonly file: string | null;
}

/**
 * A job type for a queue that is there: its definition, its place in the catalogue, and a handler in the queue's worker.
 * @throws NameError, ChangeError where the queue or its worker is not there
 */
export function generateJob(repository: string, type: string, queue: string): Change[] {
  checkType(type);
  checkWords(queue, 'a queue');
  return [
    ...describeJob(type, queue, findQueue(repository, queue)),
    createHandler(type, queue),
    listHandler(repository, type, queue),
  ];
}

/** The definition of a job type, and its places in the catalogue and the index. */
export function describeJob(type: string, queue: string, { constant, file }: QueuePlace): Change[] {
  const definition = toCamel(type);
  const own = `./${toKebab(type)}.js`;
  const head =
    file === null
      ? `import { defineJob, defineQueue } from '@jobstream/contracts';\n\nexport const ${constant} = defineQueue('${queue}');\n`
      : `import { defineJob } from '@jobstream/contracts';\nimport { ${constant} } from '${file}';\n`;
  const exported = file === null ? `${definition}, ${constant}` : definition;
  return [
    {
      kind: 'create',
      path: `libs/jobs/src/${toKebab(type)}.ts`,
      content: `import { z } from 'zod';
${head}
/** Say what the job does, and what happens when it is done twice. */
export const ${definition} = defineJob({
  type: '${type}',
  queue: ${constant},
  payload: z.strictObject({ id: z.string().min(1).max(100) }),
  result: z.strictObject({ id: z.string() }),
  retries: 3,
  backoff: ['10s', '60s'],
  timeout: '60s',
});
`,
    },
    insertBefore(
      catalogue,
      "import { probeRun } from './probe-run.js';",
      `import { ${definition} } from '${own}';\n`,
    ),
    insertBefore(catalogue, '  probeRun,\n];', `  ${definition},\n`),
    insertBefore(
      'libs/jobs/src/index.ts',
      'export { findJobDefinition',
      `export { ${exported} } from '${own}';\n`,
    ),
  ];
}

const catalogue = 'libs/jobs/src/catalogue.ts';

/** The handler of a job type in the worker of its queue. */
export function createHandler(type: string, queue: string): Change {
  const definition = toCamel(type);
  return {
    kind: 'create',
    path: `apps/${queue}-worker/src/${toKebab(type)}.handler.ts`,
    content: `import type { HandlerOf, JobContext, PayloadOf, ResultOf } from '@jobstream/contracts';
import { JobHandler } from '@jobstream/execution';
import { ${definition} } from '@jobstream/jobs';

type ${toPascal(type)} = typeof ${definition};

/** Say what it does, and why doing it again does no harm. */
@JobHandler(${definition})
export class ${handlerName(type)} implements HandlerOf<${toPascal(type)}> {
  async handle({ id }: PayloadOf<${toPascal(type)}>, context: JobContext<${toPascal(type)}>): Promise<ResultOf<${toPascal(type)}>> {
    context.signal.throwIfAborted();
    return { id };
  }
}
`,
  };
}

/** What the class of a type's handler is called. */
export function handlerName(type: string): string {
  return `${toPascal(type)}Handler`;
}

function listHandler(repository: string, type: string, queue: string): Change {
  const folder = `apps/${queue}-worker/src`;
  const module = listFiles(repository, folder).find((name) => name.endsWith('.module.ts'));
  if (!module) {
    throw new ChangeError(
      `There is no worker of the queue "${queue}": make it with "npm run new -- worker ${queue}".`,
    );
  }
  const path = `${folder}/${module}`;
  return {
    kind: 'edit',
    path,
    edit: (content) => {
      const providers = /providers:\s*\[/.exec(content);
      if (!providers) throw new ChangeError(`${path} has no list of providers to put the handler in.`);
      const at = providers.index + providers[0].length;
      const listed = `${content.slice(0, at)}${handlerName(type)}, ${content.slice(at).trimStart()}`;
      return `import { ${handlerName(type)} } from './${toKebab(type)}.handler.js';\n${listed}`;
    },
  };
}

function findQueue(repository: string, queue: string): QueuePlace {
  const folder = 'libs/jobs/src';
  for (const name of listFiles(repository, folder)) {
    const text = readFileSync(join(repository, folder, name), 'utf8');
    const found = new RegExp(`export const (\\w+) = defineQueue\\('${queue}'`).exec(text);
    if (found) return { constant: found[1]!, file: `./${name.replace(/\.ts$/, '.js')}` };
  }
  throw new ChangeError(
    `No job defines the queue "${queue}": make it with "npm run new -- worker ${queue}".`,
  );
}

function listFiles(repository: string, folder: string): string[] {
  try {
    return readdirSync(join(repository, folder)).filter((name) => name.endsWith('.ts'));
  } catch {
    return [];
  }
}
