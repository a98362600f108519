import type { Session } from './database.js';
import { minPostgresVersion, type ServerFault } from './errors.js';
import type { Schemas } from './settings.js';
import { statedMark } from './session-settings.js';

/** Facts about a server, the database and the user of the connection. */
export interface ServerFacts {
  /** For people. */
  readonly version: string;
  /** 180004 for 18.4. */
  readonly versionNumber: number;
  /** Of the database. */
  readonly encoding: string;
  /** Whether it follows another server and takes no writes. */
  readonly isStandby: boolean;
  /** Whether it took the settings that the session states. */
  readonly takesSettings: boolean;
  /** Whether the user may make schemas. */
  readonly mayCreate: boolean;
  /** Schemas of ours that are not there. */
  readonly missing: readonly string[];
  /** Schemas of ours that the user may not use. */
  readonly closed: readonly string[];
}

/** Asks a server for all that this version of the code relies on; old servers can answer too. */
export async function askServer(session: Session, schemas: Schemas): Promise<ServerFacts> {
  const { rows } = await session.query<ServerFacts>({
    text: `SELECT current_setting('server_version') AS version,
             current_setting('server_version_num')::integer AS "versionNumber",
             current_setting('server_encoding') AS encoding,
             pg_is_in_recovery() AS "isStandby",
             current_setting('${statedMark}', true) IS NOT NULL AS "takesSettings",
             has_database_privilege(current_database(), 'CREATE') AS "mayCreate",
             ARRAY(SELECT name FROM unnest($1::text[]) AS name
                   WHERE NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = name)) AS missing,
             ARRAY(SELECT nspname::text FROM pg_namespace
                   WHERE nspname = ANY ($1::text[]) AND NOT has_schema_privilege(oid, 'USAGE')) AS closed`,
    values: [[schemas.projection, schemas.operations]],
  });
  return rows[0]!;
}

/** Why the platform can't work on a server; undefined where it can. */
export function faultOfServer(facts: ServerFacts): ServerFault | undefined {
  const { version, versionNumber, encoding, isStandby, takesSettings, mayCreate, missing, closed } = facts;
  if (versionNumber < minPostgresVersion * 10_000)
    return {
      code: 'postgres_too_old',
      says: `is version ${version}`,
      mend: `Jobstream needs ${minPostgresVersion} or newer. Point DATABASE_URL at a newer server, or unset it to use the embedded one.`,
    };
  if (encoding !== 'UTF8')
    return {
      code: 'database_not_utf8',
      says: `has the encoding ${encoding}`,
      mend: `Jobstream needs UTF8. Make a database with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and name it in DATABASE_URL.`,
    };
  if (!takesSettings)
    return {
      code: 'database_settings_refused',
      says: 'did not take the settings that each session states',
      mend: 'A pooler in between leaves them out. Point DATABASE_URL at the server itself.',
    };
  if (isStandby)
    return {
      code: 'database_read_only',
      says: 'is a standby, which takes no writes',
      mend: 'Point DATABASE_URL at the primary server.',
    };
  if (missing.length > 0 && !mayCreate)
    return {
      code: 'database_right_missing',
      says: `has no schema ${missing.join(', ')}, and this user may not make it`,
      mend: 'GRANT CREATE ON DATABASE to the user of DATABASE_URL.',
    };
  if (closed.length > 0)
    return {
      code: 'database_right_missing',
      says: `does not let this user into the schema ${closed.join(', ')}`,
      mend: 'GRANT USAGE ON SCHEMA to the user of DATABASE_URL, or choose another JOBSTREAM_NAMESPACE.',
    };
  return undefined;
}
