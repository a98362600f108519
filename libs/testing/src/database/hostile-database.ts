import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { stackAddress } from '../broker/namespace.js';

interface SettingRow {
  readonly name: string;
  readonly setting: string;
  readonly vartype: string;
  readonly enumvals: readonly string[] | null;
  readonly min_val: string | null;
  readonly max_val: string | null;
}

/** Settings whose worst value is not an end of their range. */
const worst: Readonly<Record<string, string>> = {
  DateStyle: 'SQL, DMY',
  TimeZone: 'America/St_Johns',
  timezone_abbreviations: 'India',
  client_encoding: 'LATIN1',
  search_path: 'hostile, pg_catalog',
  default_transaction_isolation: 'serializable',
  client_min_messages: 'debug5',
  restrict_nonsystem_relation_kind: 'view, foreign-table',
  session_replication_role: 'replica',
  gin_fuzzy_search_limit: '1',
  statement_timeout: '1',
  lock_timeout: '1',
  idle_in_transaction_session_timeout: '1',
  idle_session_timeout: '1',
  // Shorter ones leave no time to say otherwise.
  transaction_timeout: '2s',
};

/** Those of a transaction are no setting of a database, these fill the server's log, those make a join take for ever. */
const leftOut = /^(transaction_(?!timeout)|debug_print_|trace_|geqo_(generations|pool_size)$)/;

/**
 * A database of one test's own in which everything that a database can set for its sessions is set otherwise, to the worst
 * that it can be, and which sorts text by Turkish rules.
 */
export class HostileDatabase {
  private constructor(
    private readonly server: string,
    /** For `DATABASE_URL`. */
    readonly url: string,
    /** The values, by the names in `pg_settings`. */
    readonly settings: ReadonlyMap<string, string>,
  ) {}

  /** Makes one on the server of the test run. */
  static async create(): Promise<HostileDatabase> {
    const server = stackAddress('DATABASE_URL');
    const url = new URL(server);
    const name = `hostile_${randomBytes(6).toString('hex')}`;
    url.pathname = `/${name}`;
    const settings = await askAt(server, async (client) => {
      await client.query(
        `CREATE DATABASE ${name} ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'tr' TEMPLATE template0`,
      );
      const { rows } = await client.query<SettingRow>(
        `SELECT name, setting, vartype, enumvals, min_val, max_val FROM pg_settings
         WHERE context = 'user' OR name = 'session_replication_role' ORDER BY name`,
      );
      return new Map(rows.flatMap(hostileValue));
    });
    await askAt(url.toString(), (client) =>
      client.query(
        `CREATE SCHEMA hostile;
         CREATE FUNCTION hostile.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '1999-01-01' $$;
         CREATE FUNCTION hostile.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '1999-01-01' $$`,
      ),
    );
    await askAt(server, async (client) => {
      for (const [setting, value] of settings)
        // A list of names would be one name where it is quoted.
        await client.query(
          `ALTER DATABASE ${name} SET "${setting}" = ${setting === 'search_path' ? value : pg.escapeLiteral(value)}`,
        );
    });
    return new HostileDatabase(server, url.toString(), settings);
  }

  /** Ends every session in it. */
  async drop(): Promise<void> {
    const name = new URL(this.url).pathname.slice(1);
    await askAt(this.server, (client) => client.query(`DROP DATABASE ${name} WITH (FORCE)`));
  }
}

async function askAt<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function hostileValue(row: SettingRow): [string, string][] {
  const { name } = row;
  const value = worst[name] ?? otherValue(row);
  return value === undefined || leftOut.test(name) ? [] : [[name, value]];
}

function otherValue({ setting, vartype, enumvals, min_val, max_val }: SettingRow): string | undefined {
  switch (vartype) {
    case 'bool':
      return setting === 'on' ? 'off' : 'on';
    case 'enum':
      return enumvals?.findLast((value) => value !== setting);
    case 'integer':
    case 'real':
      return [min_val, max_val].find((value) => value !== null && value !== setting) ?? undefined;
    default:
      return undefined;
  }
}
