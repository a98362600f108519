import pg from 'pg';
import { describe, sessionOn } from './database.js';
import { codeOf, DatabaseUnreachableError, isUnavailable, UnsuitableServerError } from './errors.js';
import { migrations, migrationsTable, type SchemaKind } from './migrations.js';
import { openDataSource } from './open-data-source.js';
import { askServer, faultOfServer } from './server-requirements.js';
import { completeSession, statingSession, unlimited } from './session-settings.js';
import { quoteName, type DatabaseSettings } from './settings.js';

/**
 * Brings both schemas to the state this version of the code is written for. Every process calls it at start: one of
 * them does the work under an advisory lock, the others wait for it.
 * @throws DatabaseUnreachableError, UnsuitableServerError
 */
export async function migrate(settings: DatabaseSettings): Promise<void> {
  await underLock(settings, async (client) => {
    for (const kind of ['projection', 'operations'] as const)
      await migrateSchema(client, settings.url, kind, settings.schemas[kind]);
  });
}

/**
 * The same for one projection that stands beside the live one.
 * @param schema its name, not quoted; made if it is not there
 * @throws as {@link migrate} does
 */
export async function migrateProjection(settings: DatabaseSettings, schema: string): Promise<void> {
  await underLock(settings, (client) => migrateSchema(client, settings.url, 'projection', schema));
}

/** The name of the advisory lock under which schemas are changed. */
export function migrationsLock({ schemas }: DatabaseSettings): string {
  return `jobstream migrations ${schemas.operations}`;
}

async function underLock(
  settings: DatabaseSettings,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const { url } = settings;
  const client = await connect(url);
  try {
    const fault = faultOfServer(await askServer(sessionOn(client), settings.schemas));
    if (fault) throw new UnsuitableServerError(describe(url), fault);
    // Held by the session: it is free again when this connection ends, however that happens.
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [migrationsLock(settings)]);
    await work(client);
  } catch (error) {
    throw isUnavailable(error) && !(error instanceof UnsuitableServerError)
      ? new DatabaseUnreachableError(describe(url), error)
      : error;
  } finally {
    await client.end();
  }
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    ...statingSession(url, unlimited),
    connectionTimeoutMillis: 5_000,
    application_name: 'jobstream migrations',
  });
  // A connection lost between two statements is met by the next one.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await completeSession(client);
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw new DatabaseUnreachableError(describe(url), error);
  }
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
  try {
    await updateSchema(client, url, kind, schema);
  } catch (error) {
    if (codeOf(error) !== insufficientPrivilege) throw error;
    throw new UnsuitableServerError(describe(url), {
      code: 'database_right_missing',
      says: `does not have the schema ${schema} in this version, and this user may not change it`,
      mend:
        'Migrate with the DATABASE_URL of its owner (node apps/api/dist/bundle.js migrate), then apply the grants again: ' +
        'see docs/least-privilege.md.',
    });
  }
}

/** SQLSTATE. */
const insufficientPrivilege = '42501';

async function updateSchema(client: pg.Client, url: string, kind: SchemaKind, schema: string): Promise<void> {
  if (await isUpToDate(client, kind, schema)) return;
  const dataSource = await openDataSource(url, kind, schema);
  try {
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await dataSource.destroy();
  }
}

async function isUpToDate(client: pg.Client, kind: SchemaKind, schema: string): Promise<boolean> {
  const table = `${quoteName(schema)}.${quoteName(migrationsTable)}`;
  const { rows: found } = await client.query('SELECT WHERE to_regclass($1) IS NOT NULL', [table]);
  if (found.length === 0) return false;
  const { rows } = await client.query<{ name: string }>(`SELECT name FROM ${table}`);
  const done = new Set(rows.map(({ name }) => name));
  return migrations[kind].every(({ name }) => done.has(name));
}
