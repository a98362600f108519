import { afterEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
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
  it('leaves room in the pages of tables whose rows change in place', async () => {
    const settings = freshSettings();
    await migrate(settings);
    const { projection, operations } = settings.schemas;
    const rows = await ask(
      `SELECT relname AS table, reloptions AS options FROM pg_class
       WHERE relnamespace IN ($1::regnamespace, $2::regnamespace) AND reloptions IS NOT NULL ORDER BY 1`,
      [`"${projection}"`, `"${operations}"`],
    );
    expect(rows).toEqual([
      { table: 'checkpoints', options: ['fillfactor=10'] },
      { table: 'claims', options: ['fillfactor=70'] },
      { table: 'error_groups', options: ['fillfactor=50'] },
      { table: 'error_hours', options: ['fillfactor=50'] },
      { table: 'jobs', options: ['fillfactor=45'] },
      { table: 'read_positions', options: ['fillfactor=10'] },
      { table: 'throughput', options: ['fillfactor=50'] },
    ]);
  });

  it('lets several processes start at once', async () => {
    const settings = freshSettings();
    await Promise.all(Array.from({ length: 4 }, () => migrate(settings)));

    const runs = await ask(`SELECT name FROM "${settings.schemas.projection}".migrations`);
    expect(runs).toContainEqual({ name: 'CreateProjection1763800000000' });
    expect(new Set(runs.map(({ name }) => String(name))).size).toBe(runs.length);
  });

  it('keeps existing rows when it runs again', async () => {
    const settings = freshSettings();
    await migrate(settings);
    const table = `"${settings.schemas.projection}".checkpoints`;
    await ask(`INSERT INTO ${table} VALUES ('jobs.probe', 0, 7, 'cluster', 1)`);
    await migrate(settings);
    expect(await ask(`SELECT next FROM ${table}`)).toEqual([{ next: '7' }]);
  });

  it('asks no more than reading of an up-to-date schema, and says who has to migrate an old one', async () => {
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
        message: expect.stringMatching(/bundle\.js migrate.*least-privilege/),
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
