import {
  Database,
  databaseSettingsFromEnv,
  DatabaseSettingsError,
  oldestPostgres,
  type DatabaseSettings,
} from '@jobstream/database';
import { advice, fault, ok, type Finding } from './finding.js';

/** Beyond it, times that people compare across machines mislead them. */
const noticeableMs = 2_000;

interface ServerRow {
  readonly version: string;
  readonly number: number;
  readonly now: Date;
  readonly schemas: number;
}

/** Postgres: whether it answers, its version, its schemas, its clock beside ours. */
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
    const { schemas } = settings;
    const asked = Date.now();
    const { rows } = await database.query<ServerRow>({
      text: `SELECT current_setting('server_version') AS version, current_setting('server_version_num')::int AS number,
               clock_timestamp() AS now,
               (SELECT count(*)::int FROM pg_namespace WHERE nspname IN ($1, $2)) AS schemas`,
      values: [schemas.projection, schemas.operations],
    });
    return judgeServer(rows[0]!, (asked + Date.now()) / 2);
  } catch (error) {
    return [fault('postgres', (error as Error).message, 'unset DATABASE_URL to use an embedded one')];
  } finally {
    await database.close();
  }
}

/** @param now ms since 1970 here, when the server said its time */
export function judgeServer({ version, number, now: theirs, schemas }: ServerRow, now: number): Finding[] {
  if (number < oldestPostgres * 10_000) {
    return [fault('postgres', `version ${version}`, `use version ${oldestPostgres} or newer`)];
  }
  const made = schemas === 2 ? 'schemas are there' : 'the services make its schemas when they start';
  const ahead = Math.round(theirs.getTime() - now);
  const clock =
    Math.abs(ahead) > noticeableMs
      ? advice(
          'clock',
          `Postgres' is ${Math.abs(ahead)} ms ${ahead > 0 ? 'ahead of' : 'behind'} this machine's`,
          'run a time service (chrony, systemd-timesyncd) on both',
        )
      : ok('clock', `within ${Math.max(1, Math.abs(ahead))} ms of Postgres'`);
  return [ok('postgres', `version ${version}, ${made}`), clock];
}
