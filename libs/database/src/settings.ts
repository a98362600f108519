import pg from 'pg';

/** Which database, and under which names. */
export interface DatabaseSettings {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** By {@link schemasOf} of the namespace. */
  readonly schemas: Schemas;
}

/** The names of the two schemas, not quoted. */
export interface Schemas {
  /** Rows derived from the log alone: can be dropped and built again. */
  readonly projection: string;
  /** The only truth outside Kafka: back it up. */
  readonly operations: string;
}

/** `DATABASE_URL` is missing or no URL of a Postgres database. */
export class DatabaseSettingsError extends Error {
  readonly code = 'database_settings_invalid';
  override readonly name = 'DatabaseSettingsError';
}

/**
 * The schemas of a namespace (`JOBSTREAM_NAMESPACE`; empty for none): `team-a` has `team_a_projection` and
 * `team_a_operations`. A namespace has no underscores, so no two of them meet.
 */
export function schemasOf(namespace: string): Schemas {
  const prefix = namespace === '' ? '' : `${namespace.replaceAll('-', '_')}_`;
  return { projection: `${prefix}projection`, operations: `${prefix}operations` };
}

/**
 * Reads `DATABASE_URL` and `JOBSTREAM_NAMESPACE`.
 * @throws DatabaseSettingsError that says which value the variable needs; it never shows the password.
 */
export function databaseSettingsFromEnv(
  environment: Readonly<Record<string, string | undefined>>,
): DatabaseSettings {
  const url = environment.DATABASE_URL;
  if (!url) throw new DatabaseSettingsError(`DATABASE_URL is not set: ${takes}`);
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol))
    throw new DatabaseSettingsError(`DATABASE_URL is not the address of a Postgres database: ${takes}`);
  return { url, schemas: schemasOf(environment.JOBSTREAM_NAMESPACE ?? '') };
}

const takes = 'it takes postgres://user:password@host:port/database.';

/** A name as SQL takes it, quoted. */
export function quoteName(name: string): string {
  return pg.escapeIdentifier(name);
}
