import pg from 'pg';
import { createDataSource, type SchemaKind } from './data-source.js';
import { describe } from './database.js';
import { DatabaseUnreachableError, isUnavailable, oldestPostgres, PostgresTooOldError } from './errors.js';
import { quoteName, type DatabaseSettings } from './settings.js';

/**
 * Brings both schemas to the state this version of the code is written for. Every process calls it at start: one of
 * them does the work under an advisory lock, the others wait for it.
 * @throws DatabaseUnreachableError, PostgresTooOldError
 */
export async function migrate({ url, schemas }: DatabaseSettings): Promise<void> {
  const client = await connect(url);
  try {
    await refuseOldServer(client, url);
    // Held by the session: it is free again when this connection ends, however that happens.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [
      `jobstream migrations ${schemas.operations}`,
    ]);
    for (const kind of ['projection', 'operations'] as const)
      await migrateSchema(client, url, kind, schemas[kind]);
  } catch (error) {
    throw isUnavailable(error) ? new DatabaseUnreachableError(describe(url), error) : error;
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 5_000,
    application_name: 'jobstream migrations',
  });
  // A connection lost between two statements is met by the next one.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw new DatabaseUnreachableError(describe(url), error);
  }
}

async function refuseOldServer(client: pg.Client, url: string): Promise<void> {
  const { rows } = await client.query<{ number: number; name: string }>(
    `SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS name`,
  );
  const { number, name } = rows[0]!;
  if (number < oldestPostgres * 10_000) throw new PostgresTooOldError(describe(url), name);
}

async function migrateSchema(
  client: pg.Client,
  url: string,
  kind: SchemaKind,
  schema: string,
): Promise<void> {
  // Asked first: CREATE SCHEMA needs a right on the database even where the schema exists.
  const { rowCount } = await client.query('SELECT FROM pg_namespace WHERE nspname = $1', [schema]);
  if (rowCount === 0) await client.query(`CREATE SCHEMA ${quoteName(schema)}`);
  const dataSource = await createDataSource(url, kind, schema).initialize();
  try {
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await dataSource.destroy();
  }
}
