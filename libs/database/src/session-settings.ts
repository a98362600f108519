// The settings that every session states. A database, a role or a server may set each of them otherwise (ALTER DATABASE … SET). A
// session that inherits them may read dates in another form, wait for ever, or lose a commit that was acknowledged.
import type pg from 'pg';

/** How long a session lets things take, in milliseconds; 0 for as long as they take. */
export interface SessionLimits {
  /** One statement. */
  readonly statementMs: number;
  /** A transaction in which nothing happens. */
  readonly idleInTransactionMs: number;
}

/** Changing a schema takes as long as it takes. */
export const unlimited: SessionLimits = { statementMs: 0, idleInTransactionMs: 0 };

/** Set only if the server took the session's settings: a pooler in between may leave them out. */
export const statedMark = 'jobstream.stated';

/** All that our SQL and our reading of its answers rely on, by the names of Postgres 15 and newer. */
const stated: Readonly<Record<string, string>> = {
  // How values are written and read.
  datestyle: 'ISO,MDY',
  intervalstyle: 'postgres',
  timezone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  xmloption: 'content',
  xmlbinary: 'base64',
  lc_monetary: 'C',
  lc_numeric: 'C',
  lc_time: 'C',
  // The meaning of SQL. Every name of ours has its schema, so no path is searched.
  search_path: '',
  standard_conforming_strings: 'on',
  backslash_quote: 'safe_encoding',
  array_nulls: 'on',
  transform_null_equals: 'off',
  gin_fuzzy_search_limit: '0',
  // An error says more than rows that are not shown.
  row_security: 'off',
  // Transactions.
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  synchronous_commit: 'on',
  // The end of a statement or a session. A wait for a lock is bounded by the statement's time.
  lock_timeout: '0',
  idle_session_timeout: '0',
  exit_on_error: 'off',
  client_min_messages: 'warning',
  [statedMark]: 'yes',
};

/** Parameters of a URL that would come after what is stated. */
const overruled = ['statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout'];

/** Of Postgres 17 and newer: an older one would refuse a session that states it. */
const endsTransactions = 'transaction_timeout';

/**
 * How a connection to `url` states its settings: as it begins, so that nothing inherited holds for a moment. Takes part
 * in the configuration of clients and pools; a client that is in no pool needs {@link completeSession} besides.
 */
export function statingSession(
  url: string,
  limits: SessionLimits,
): Required<Pick<pg.PoolConfig, 'connectionString' | 'options' | 'onConnect'>> {
  const address = new URL(url);
  const given = address.searchParams.get('options');
  for (const name of ['options', ...overruled]) address.searchParams.delete(name);
  const settings = Object.entries({
    ...stated,
    statement_timeout: String(limits.statementMs),
    idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
  });
  const options = settings.map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`);
  return {
    connectionString: address.toString(),
    // Of two that say the same the later one counts.
    options: [...(given ? [given] : []), ...options].join(' '),
    onConnect: completeInPool,
  };
}

/** The pool waits for it, though its types say otherwise. */
const completeInPool: (client: pg.ClientBase) => unknown = completeSession;

/** States settings that only some versions know. They can't be in the startup packet. */
export async function completeSession(client: pg.ClientBase): Promise<void> {
  await client.query(
    `SELECT CASE WHEN current_setting('${endsTransactions}', true) <> '0' THEN set_config('${endsTransactions}', '0', false) END`,
  );
}
