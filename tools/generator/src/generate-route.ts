import { insertBefore, type Change } from './change.js';
import { checkWords, toCamel, toPascal } from './names.js';

/**
 * A route, `GET /v1/<name>`: its schema, its contract and a controller that answers an empty list.
 * @throws NameError
 */
export function generateRoute(name: string): Change[] {
  checkWords(name, 'a route');
  const schema = `${toCamel(name)}Schema`;
  const view = toPascal(name);
  return [
    {
      kind: 'create',
      path: `libs/contracts/src/rest/${name}.ts`,
      content: `import { z } from 'zod';

/** \`GET /v1/${name}\`. */
export const ${schema} = z.object({ items: z.array(z.object({ id: z.string() })) }).meta({ id: '${view}' });
export type ${view} = z.infer<typeof ${schema}>;
`,
    },
    {
      kind: 'create',
      path: `libs/contracts/src/openapi/routes/${name}.ts`,
      content: `import { ${schema} } from '../../rest/${name}.js';
import type { RouteContract } from '../route-contract.js';

export const ${toCamel(name)}Routes: readonly RouteContract[] = [
  {
    route: 'GET /v1/${name}',
    operationId: 'list${view}',
    tag: 'Jobs',
    scope: 'read',
    summary: 'List ${name.replaceAll('-', ' ')}',
    answers: { 200: { description: 'What there is.', schema: ${schema} } },
    problems: [],
  },
];
`,
    },
    insertBefore(
      'libs/contracts/src/openapi/routes.ts',
      'import { taskRoutes }',
      `import { ${toCamel(name)}Routes } from './routes/${name}.js';\n`,
    ),
    insertBefore(
      'libs/contracts/src/openapi/routes.ts',
      '    ...processRoutes,',
      `    ...${toCamel(name)}Routes,\n`,
    ),
    {
      kind: 'create',
      path: `apps/api/src/${name}/${name}.controller.ts`,
      content: `import { Controller } from '@nestjs/common';
import type { ${view} } from '@jobstream/contracts/rest';
import { Route } from '../http/route.js';

@Controller()
export class ${view}Controller {
  @Route('GET /v1/${name}')
  list(): ${view} {
    return { items: [] };
  }
}
`,
    },
    {
      kind: 'edit',
      path: 'libs/contracts/src/rest/index.ts',
      edit: (content) => `${content}export { ${schema}, type ${view} } from './${name}.js';\n`,
    },
    insertBefore(
      'apps/api/src/api.module.ts',
      'import { TasksController }',
      `import { ${view}Controller } from './${name}/${name}.controller.js';\n`,
    ),
    insertBefore('apps/api/src/api.module.ts', '  HealthController,\n', `  ${view}Controller,\n`),
  ];
}
