import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Database, migrate, openDataSource, schemasOf } from '@jobstream/database';
import pg from 'pg';
import { HostileDatabase } from './hostile-database.js';

const schemas = schemasOf('');
const settingsOf = 'SELECT name, setting FROM pg_settings';
type Row = Record<'name' | 'setting', string>;

describe('a session in a database with other settings', () => {
  let hostile: HostileDatabase;
  let inherited: Map<string, string>;
  beforeAll(async () => {
    hostile = await HostileDatabase.create();
    // Otherwise the session would be ended before it can say what it has.
    const options = '-c statement_timeout=0 -c idle_session_timeout=0';
    inherited = await readSettings(new pg.Client({ connectionString: hostile.url, options }));
  });
  afterAll(() => hostile.drop());

  /** What the session states, in the words in which the server shows it. */
  const stated = {
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    TimeZone: 'UTC',
    array_nulls: 'on',
    backslash_quote: 'safe_encoding',
    bytea_output: 'hex',
    client_encoding: 'UTF8',
    client_min_messages: 'warning',
    default_transaction_deferrable: 'off',
    default_transaction_isolation: 'read committed',
    default_transaction_read_only: 'off',
    exit_on_error: 'off',
    extra_float_digits: '1',
    gin_fuzzy_search_limit: '0',
    idle_session_timeout: '0',
    lock_timeout: '0',
    row_security: 'off',
    search_path: '',
    standard_conforming_strings: 'on',
    synchronous_commit: 'on',
    transaction_timeout: '0',
    transform_null_equals: 'off',
    xmlbinary: 'base64',
    xmloption: 'content',
  };

  it('inherits the worst values when it sets none', () => {
    const same = Object.entries(stated).filter(([name, value]) => inherited.get(name) === value);
    expect(same).toEqual([
      // Said by node-postgres itself, in the words that count most.
      ['client_encoding', 'UTF8'],
      // The test says so, to have the time to ask.
      ['idle_session_timeout', '0'],
      ['row_security', 'off'],
    ]);
    expect(hostile.settings.get('statement_timeout')).toBe('1');
  });

  it('has the settings that we rely on in a pool, with the limits of the pool', async () => {
    const database = new Database({ url: hostile.url, schemas }, { statementTimeoutMs: 7_000 });
    const { rows } = await database.query<Row>({ text: settingsOf });
    await database.close();
    expect(mapOf(rows)).toMatchObject({
      ...stated,
      statement_timeout: '7000',
      idle_in_transaction_session_timeout: '7000',
    });
  });

  const unlimitedToo = { ...stated, statement_timeout: '0', idle_in_transaction_session_timeout: '0' };

  it('has the settings that we rely on in TypeORM, without limits', async () => {
    const source = await openDataSource(hostile.url, 'operations', 'any');
    const rows = await source.query<Row[]>(settingsOf);
    await source.destroy();
    expect(mapOf(rows)).toMatchObject(unlimitedToo);
  });

  it('has them also when the URL says otherwise', async () => {
    const url = `${hostile.url}?statement_timeout=1&options=-c%20datestyle%3DGerman%20-c%20work_mem%3D1MB`;
    const source = await openDataSource(url, 'operations', 'any');
    const rows = await source.query<Row[]>(settingsOf);
    await source.destroy();
    expect(mapOf(rows)).toMatchObject({ ...unlimitedToo, work_mem: '1024' });
  });

  it('makes the schemas, and writes and reads every kind of value unchanged', async () => {
    const database = new Database({ url: hostile.url, schemas });
    await migrate({ url: hostile.url, schemas });
    const values = [
      new Date('2026-02-01T03:04:05.678Z'),
      Buffer.from([0, 92, 255]),
      0.1 + 0.2,
      'a\\b日',
      ['x', null],
    ];
    const { rows } = await database.query({
      text: `SELECT $1::timestamptz AS time, $2::bytea AS bytes, $3::float8 AS number, $4::text AS text, $5::text[] AS list,
               interval '1 day 2 hours' AS span, now() > '2020-01-01' AS "isNow", NULL = NULL AS unknown`,
      values,
    });
    await database.close();
    const [time, bytes, number, text, list] = values;
    expect(rows).toEqual([
      { time, bytes, number, text, list, span: expect.anything(), isNow: true, unknown: null },
    ]);
    expect(rows[0]!.span).toMatchObject({ days: 1, hours: 2 });
  });
});

const mapOf = (rows: Row[]) => Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));

async function readSettings(client: pg.Client): Promise<Map<string, string>> {
  await client.connect();
  try {
    const { rows } = await client.query<Row>(settingsOf);
    return new Map(rows.map(({ name, setting }) => [name, setting]));
  } finally {
    await client.end();
  }
}
