import {
  askServer,
  Database,
  databaseSettingsFromEnv,
  DatabaseSettingsError,
  faultOfServer,
  type DatabaseSettings,
  type ServerFacts,
} from '@jobstream/database';
import { judgeClock } from './clock-check.js';
import { advice, fault, ok, type Finding } from './finding.js';

/** What one of each service may take: the API and the scheduler 10 each, the projector 9, each of the workers 4 to 10. */
const neededConnections = 65;

/** What a server that suits says besides. */
interface ServerState {
  readonly now: Date;
  /** Connections that are left to the platform: by the server, the database and the user. */
  readonly connections: number;
  /** Whether indexes were made under the collation that the server has now. */
  readonly isCollationOld: boolean;
}

/** Postgres: whether it answers, whether it suits, its schemas, its connections, its clock beside ours. */
export async function checkPostgres(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  let settings: DatabaseSettings;
  try {
    settings = databaseSettingsFromEnv(environment);
  } catch (error) {
    if (!(error instanceof DatabaseSettingsError)) throw error;
    return [fault('postgres', error.message, 'docs/configuration.md lists what each setting takes')];
  }
  const database = new Database(settings, { connections: 1, applicationName: 'jobstream doctor' });
  try {
    const facts = await askServer(database, settings.schemas);
    const unfit = faultOfServer(facts);
    if (unfit) return [fault('postgres', `${unfit.says} (${unfit.code})`, unfit.mend)];
    const asked = Date.now();
    const state = await askState(database);
    return judgeServer(facts, state, (asked + Date.now()) / 2);
  } catch (error) {
    return [fault('postgres', (error as Error).message, 'unset DATABASE_URL to use an embedded one')];
  } finally {
    await database.close();
  }
}

/** Sessions of the platform itself are no others: they carry its name. */
async function askState(database: Database): Promise<ServerState> {
  const { rows } = await database.query<ServerState>({
    text: `SELECT clock_timestamp() AS now,
             least(
               current_setting('max_connections')::integer - current_setting('superuser_reserved_connections')::integer
                 - coalesce(current_setting('reserved_connections', true)::integer, 0),
               nullif((SELECT datconnlimit FROM pg_database WHERE datname = current_database()), -1),
               nullif((SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user), -1)
             ) - (SELECT count(*)::integer FROM pg_stat_activity
                  WHERE backend_type = 'client backend' AND application_name NOT LIKE 'jobstream%') AS connections,
             (SELECT datcollversion IS DISTINCT FROM pg_database_collation_actual_version(oid)
              FROM pg_database WHERE datname = current_database()) AS "isCollationOld"`,
  });
  return rows[0]!;
}

/**
 * What to say of a server that suits.
 * @param now ms since 1970 here, when the server said its time
 */
export function judgeServer(facts: ServerFacts, state: ServerState, now: number): Finding[] {
  const made =
    facts.missing.length === 0 ? 'schemas are there' : 'the services make its schemas when they start';
  return [
    ok('postgres', `version ${facts.version}, ${made}`),
    ...adviceOf(facts, state),
    judgeClock("Postgres'", state.now.getTime(), now),
  ];
}

function adviceOf({ mayCreate }: ServerFacts, { connections, isCollationOld }: ServerState): Finding[] {
  const advices: Finding[] = [];
  if (!mayCreate)
    advices.push(
      advice('postgres', 'this user may make no schemas, so no rebuild', 'GRANT CREATE ON DATABASE to it'),
    );
  if (connections < neededConnections)
    advices.push(
      advice(
        'postgres',
        `${connections} connections are left; one of each service takes up to ${neededConnections}`,
        'raise max_connections, or the CONNECTION LIMIT of the database or the user',
      ),
    );
  if (isCollationOld)
    advices.push(
      advice(
        'postgres',
        'the system sorts text otherwise than when the database was made',
        'REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION',
      ),
    );
  return advices;
}
