import { afterEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { DatabaseUnreachableError } from './errors.js';
import { migrate } from './migrate.js';
import { openDataSource } from './open-data-source.js';
import { schemasOf, type DatabaseSettings } from './settings.js';

const url = process.env.DATABASE_URL!;
const made: DatabaseSettings[] = [];

function freshSettings(): DatabaseSettings {
  const settings = { url, schemas: schemasOf(`test-${randomBytes(6).toString('hex')}`) };
  made.push(settings);
  return settings;
}

async function ask<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Storage parameters: entities have no words for them. */
const unsayable = {
  projection: [
    { table: 'checkpoints', options: ['fillfactor=10'] },
    { table: 'jobs', options: ['fillfactor=45'] },
  ],
  operations: [
    { table: 'claims', options: ['fillfactor=70'] },
    { table: 'read_positions', options: ['fillfactor=10'] },
  ],
};

/** All that Postgres knows of a schema's tables, without the schema's name and those of primary keys. */
async function readCatalogue(schema: string): Promise<Record<string, unknown[]>> {
  const tables = `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = $1
                  WHERE c.relkind = 'r' AND c.relname <> 'migrations'`;
  const about = (text: string) => ask(text, [schema]);
  return {
    columns: await about(
      `SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
         coll.collname AS collation, a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid) AS default
       FROM (SELECT c.oid, c.relname FROM ${tables}) AS c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
       LEFT JOIN pg_collation coll ON coll.oid = a.attcollation LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
       ORDER BY 1, 2`,
    ),
    indexes: await about(
      `SELECT c.relname AS table, replace(regexp_replace(pg_get_indexdef(i.indexrelid),
         CASE WHEN i.indisprimary THEN 'INDEX \\S+' ELSE '$^' END, 'INDEX'), $1, '') AS definition
       FROM (SELECT c.oid, c.relname FROM ${tables}) AS c JOIN pg_index i ON i.indrelid = c.oid ORDER BY 1, 2`,
    ),
    constraints: await about(
      `SELECT c.relname AS table, pg_get_constraintdef(k.oid) AS definition
       FROM (SELECT c.oid, c.relname FROM ${tables}) AS c JOIN pg_constraint k ON k.conrelid = c.oid
       WHERE k.contype <> 'n' ORDER BY 1, 2`,
    ),
    others: await about(
      `SELECT tgname AS name FROM pg_trigger WHERE tgrelid IN (SELECT c.oid FROM ${tables})
       UNION ALL SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = $1`,
    ),
    options: await about(
      `SELECT c.relname AS table, c.reloptions AS options FROM ${tables} AND c.reloptions IS NOT NULL ORDER BY 1`,
    ),
  };
}

afterEach(async () => {
  for (const { schemas } of made.splice(0))
    for (const schema of Object.values(schemas)) await ask(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
});

describe('migrate', () => {
  it.each(['projection', 'operations'] as const)(
    'makes the %s schema that its entities describe, but for what they cannot say',
    async (kind) => {
      const [migrated, described] = [freshSettings(), freshSettings()];
      await migrate(migrated);
      const schema = described.schemas[kind];
      await ask(`CREATE SCHEMA "${schema}"`);
      const entities = await openDataSource(url, kind, schema);
      await entities.synchronize();
      await entities.destroy();

      const { options, ...catalogue } = await readCatalogue(migrated.schemas[kind]);
      const { options: noOptions, ...expected } = await readCatalogue(schema);
      expect(catalogue).toEqual(expected);
      expect(noOptions).toEqual([]);
      expect(options).toEqual(unsayable[kind]);
    },
  );

  it('lets several processes start at once', async () => {
    const settings = freshSettings();
    await Promise.all(Array.from({ length: 4 }, () => migrate(settings)));

    const runs = await ask(`SELECT name FROM "${settings.schemas.projection}".migrations`);
    expect(runs).toContainEqual({ name: 'CreateProjection1763800000000' });
    expect(new Set(runs.map(({ name }) => String(name))).size).toBe(runs.length);
  });

  it('keeps what is there when it runs again', async () => {
    const settings = freshSettings();
    await migrate(settings);
    const table = `"${settings.schemas.projection}".checkpoints`;
    await ask(`INSERT INTO ${table} VALUES ('jobs.probe', 0, 7, 'cluster', 1)`);
    await migrate(settings);
    expect(await ask(`SELECT next FROM ${table}`)).toEqual([{ next: '7' }]);
  });

  it('leaves a role that may read alone what is up to date, and tells it who has to migrate what is not', async () => {
    const settings = freshSettings();
    await migrate(settings);
    const role = settings.schemas.operations.replace('operations', 'runs');
    const names = Object.values(settings.schemas).map((schema) => `"${schema}"`);
    const database = new URL(url).pathname.slice(1);
    await ask(
      `CREATE ROLE "${role}" LOGIN PASSWORD 'runs'; GRANT CONNECT ON DATABASE "${database}" TO "${role}"`,
    );
    for (const name of names)
      await ask(
        `GRANT USAGE ON SCHEMA ${name} TO "${role}"; GRANT SELECT ON ${name}.migrations TO "${role}"`,
      );
    const running = new URL(url);
    [running.username, running.password] = [role, 'runs'];
    try {
      await migrate({ ...settings, url: running.href });
      await ask(`DELETE FROM ${names[1]}.migrations WHERE name LIKE 'CountDeaths%'`);
      await expect(migrate({ ...settings, url: running.href })).rejects.toMatchObject({
        code: 'database_right_missing',
        message: expect.stringMatching(/main\.js migrate.*least-privilege/),
      });
    } finally {
      await ask(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`);
    }
  });

  it('names what it cannot reach, without the password', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));

    const failure = migrate({
      url: `postgres://someone:secret@127.0.0.1:${port}/jobs`,
      schemas: schemasOf(''),
    });

    await expect(failure).rejects.toThrow(DatabaseUnreachableError);
    await expect(failure).rejects.toThrow(`127.0.0.1:${port}/jobs`);
    await expect(failure).rejects.not.toThrow('secret');
  });
});
