import { ChangeError, insertBefore, type Change } from './change.js';
import { checkWords, toPascal, toSnake } from './names.js';

/**
 * A table among the operations, which are not derived from the log: the migration that makes it.
 * @param now milliseconds since 1970; it orders the migrations
 * @throws NameError
 */
export function generateTable(name: string, now: number): Change[] {
  checkWords(name, 'a table');
  const table = toSnake(name);
  const migration = `Create${toPascal(name)}${now}`;
  const folder = 'libs/database/src/operations';
  const path = 'libs/database/src/migrations.ts';
  return [
    {
      kind: 'create',
      path: `${folder}/migrations/${now}-create-${name}.ts`,
      content: `import type { MigrationInterface, QueryRunner } from 'typeorm';
import { schemaOf } from '../../migration-schema.js';

export class ${migration} implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(\`
      -- Say what a row is.
      CREATE TABLE \${schemaOf(runner)}.${table} (
        id uuid PRIMARY KEY,
        created_at timestamptz NOT NULL
      )\`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(\`DROP TABLE \${schemaOf(runner)}.${table}\`);
  }
}
`,
    },
    insertBefore(
      path,
      '\n/** By kind of schema',
      `import { ${migration} } from './operations/migrations/${now}-create-${name}.js';\n`,
    ),
    {
      kind: 'edit',
      path,
      edit: (content) => {
        const list = /( {2}operations: \[[^\]]*?)(,?\s*\])/.exec(content);
        if (!list) throw new ChangeError(`${path} has no list of operations to put the migration in.`);
        return content.replace(list[0], `${list[1]},\n    ${migration},\n  ]`);
      },
    },
  ];
}
