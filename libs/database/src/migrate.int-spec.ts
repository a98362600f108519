import { afterEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { createDataSource } from './data-source.js';
import { DatabaseUnreachableError } from './errors.js';
import { migrate } from './migrate.js';
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

afterEach(async () => {
  for (const { schemas } of made.splice(0))
    for (const schema of Object.values(schemas)) await ask(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`);
});

describe('migrate', () => {
  it.each(['projection', 'operations'] as const)(
    'makes the %s schema that its entities describe',
    async (kind) => {
      const settings = freshSettings();
      await migrate(settings);

      const dataSource = await createDataSource(url, kind, settings.schemas[kind]).initialize();
      const difference = await dataSource.driver.createSchemaBuilder().log();
      await dataSource.destroy();

      expect(difference.upQueries.map(({ query }) => query)).toEqual([]);
    },
  );

  it('adds to the entities only what they cannot say', async () => {
    const settings = freshSettings();
    await migrate(settings);
    const { projection, operations } = settings.schemas;

    const options = await ask(
      `SELECT relname, reloptions FROM pg_class WHERE relnamespace = $1::regnamespace AND reloptions IS NOT NULL ORDER BY 1`,
      [projection],
    );
    expect(options).toEqual([
      { relname: 'checkpoints', reloptions: ['fillfactor=10'] },
      { relname: 'jobs', reloptions: ['fillfactor=45'] },
    ]);
    const others = await ask(
      `SELECT 'trigger' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = ANY($1::regnamespace[])
       UNION ALL SELECT 'constraint' FROM pg_constraint WHERE connamespace = ANY($1::regnamespace[]) AND contype NOT IN ('p', 'n')
       UNION ALL SELECT 'routine' FROM pg_proc WHERE pronamespace = ANY($1::regnamespace[])
       UNION ALL SELECT 'column default' FROM information_schema.columns
         WHERE table_schema::regnamespace = ANY($1::regnamespace[]) AND column_default IS NOT NULL AND table_name <> 'migrations'`,
      [[projection, operations]],
    );
    expect(others).toEqual([]);
  });

  it('lets several processes start at once', async () => {
    const settings = freshSettings();
    await Promise.all(Array.from({ length: 4 }, () => migrate(settings)));

    const runs = await ask(`SELECT name FROM "${settings.schemas.projection}".migrations`);
    expect(runs).toEqual([{ name: 'CreateProjection1763800000000' }]);
  });

  it('keeps what is there when it runs again', async () => {
    const settings = freshSettings();
    await migrate(settings);
    const table = `"${settings.schemas.projection}".checkpoints`;
    await ask(`INSERT INTO ${table} VALUES ('jobs.probe', 0, 7, 'cluster', 1)`);
    await migrate(settings);
    expect(await ask(`SELECT next FROM ${table}`)).toEqual([{ next: '7' }]);
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
