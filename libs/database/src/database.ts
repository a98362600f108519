import pg from 'pg';
import { retryContended } from './contention.js';
import { DatabaseUnreachableError, isUnavailable } from './errors.js';
import { statingSession } from './session-settings.js';
import { quoteName, type DatabaseSettings } from './settings.js';

/** A statement. One with a name is parsed once a connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** The answer to a statement: `affected` is how many rows it returned or changed. */
export interface Answer<Row> {
  readonly rows: Row[];
  readonly affected: number;
}

/** Runs statements, one after another. */
export interface Session {
  query<Row = Record<string, unknown>>(statement: Statement): Promise<Answer<Row>>;
}

/** How a process uses its connections. */
export interface DatabaseOptions {
  /** Maximum number of connections. Default 10. */
  readonly connections?: number;
  /** How long a statement may take before it counts as lost, in ms. Default 15,000. */
  readonly statementTimeoutMs?: number;
  /** Shown by Postgres beside each connection. Default `jobstream`. */
  readonly applicationName?: string;
  /** Told of connections that broke; they are replaced by themselves. */
  readonly onConnectionLost?: (error: Error) => void;
}

interface TransactionOptions {
  readonly lazyCommit?: boolean;
  readonly snapshot?: boolean;
  readonly sharedLock?: string;
  readonly statementMs?: number;
  readonly indexOrder?: boolean;
  readonly once?: boolean;
}

/**
 * The connections of one process. A connection is made, or replaced if it broke, only when a statement needs it:
 * a process can start and live while Postgres is away.
 */
export class Database implements Session {
  /** Schema names as SQL takes them, quoted. */
  readonly projection: string;
  readonly operations: string;
  private readonly pool: pg.Pool;
  private readonly where: string;

  constructor(settings: DatabaseSettings, options: DatabaseOptions = {}) {
    this.projection = quoteName(settings.schemas.projection);
    this.operations = quoteName(settings.schemas.operations);
    this.where = describe(settings.url);
    const statementMs = options.statementTimeoutMs ?? 15_000;
    this.pool = new pg.Pool({
      ...statingSession(settings.url, { statementMs, idleInTransactionMs: statementMs }),
      max: options.connections ?? 10,
      application_name: options.applicationName ?? 'jobstream',
      connectionTimeoutMillis: 5_000,
      query_timeout: statementMs + 2_000,
      keepAlive: true,
      types: numbersForBigints(),
    });
    const lost = (error: Error) => options.onConnectionLost?.(error);
    this.pool.on('error', lost);
    // A connection in use that breaks between two statements says so here too; unheard it would end the process.
    this.pool.on('connect', (client) => client.on('error', lost));
  }

  /** Runs one statement on any connection; again where it met another transaction in a deadlock. */
  query<Row = Record<string, unknown>>(statement: Statement): Promise<Answer<Row>> {
    return retryContended(() => this.queryOnce(statement));
  }

  private async queryOnce<Row>(statement: Statement): Promise<Answer<Row>> {
    const client = await this.connect();
    let intact = true;
    try {
      return await run<Row>(client, statement);
    } catch (error) {
      intact = !isUnavailable(error);
      throw error;
    } finally {
      client.release(!intact);
    }
  }

  /**
   * Runs `work` in one transaction: committed when it returns, rolled back when it throws. Where Postgres undid it because
   * it met another one (a deadlock, a serialization failure), `work` runs again, so its other effects must be repeatable.
   * @param options.lazyCommit answers before the commit is on disk (`synchronous_commit = off`): a crash of the server
   * may undo the transaction, whole. For rows that can be derived again.
   * @param options.snapshot reads only, and all of it as it was at the first statement
   * @param options.sharedLock an advisory lock of this name, taken at the beginning beside all others who share it
   * @param options.statementMs how long each statement may take, in place of the limit of all
   * @param options.indexOrder reads indexes in their order (`enable_bitmapscan = off`): for statements that take the first rows of very
   * many, where the planner expects few
   * @param options.once for work that can't run again: the error is thrown instead
   */
  transaction<T>(work: (session: Session) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    const run = () => this.transactOnce(work, options);
    return options.once ? run() : retryContended(run);
  }

  private async transactOnce<T>(
    work: (session: Session) => Promise<T>,
    options: TransactionOptions,
  ): Promise<T> {
    const client = await this.connect();
    let intact = true;
    try {
      await client.query(beginStatement(options));
      const result = await work(sessionOn(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      intact = !isUnavailable(error) && (await rollback(client));
      throw error;
    } finally {
      client.release(!intact);
    }
  }

  /** Resolves when Postgres answers. */
  async ping(): Promise<void> {
    await this.query({ text: 'SELECT 1' });
  }

  /** Waits for running statements, then closes every connection. */
  async close(): Promise<void> {
    await this.pool.end();
  }

  private async connect(): Promise<pg.PoolClient> {
    try {
      return await this.pool.connect();
    } catch (error) {
      throw new DatabaseUnreachableError(this.where, error);
    }
  }
}

/** All in one round trip. */
function beginStatement(options: TransactionOptions): string {
  const { lazyCommit, snapshot, sharedLock, statementMs, indexOrder } = options;
  const statements = [snapshot ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN'];
  if (lazyCommit) statements.push('SET LOCAL synchronous_commit = off');
  if (statementMs !== undefined) statements.push(`SET LOCAL statement_timeout = ${statementMs}`);
  if (indexOrder) statements.push('SET LOCAL enable_bitmapscan = off');
  if (sharedLock !== undefined)
    statements.push(
      `SELECT pg_advisory_xact_lock_shared(hashtextextended(${pg.escapeLiteral(sharedLock)}, 0))`,
    );
  return statements.join('; ');
}

async function rollback(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

/** Host, port and database of a URL, without the credentials. */
export function describe(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** Runs statements on one connection. */
export function sessionOn(client: pg.ClientBase): Session {
  return { query: (statement) => run(client, statement) };
}

async function run<Row>(client: pg.ClientBase, { name, text, values }: Statement): Promise<Answer<Row>> {
  const { rows, rowCount } = await client.query<Row & pg.QueryResultRow>({
    text,
    ...(name === undefined ? {} : { name }),
    ...(values === undefined ? {} : { values: [...values] }),
  });
  return { rows, affected: rowCount ?? 0 };
}

/** Our bigints are offsets, counts and ranks: all exact as numbers. */
function numbersForBigints(): pg.TypeOverrides {
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, Number);
  return types;
}
