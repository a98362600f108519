import pg from 'pg';

/** The oldest Postgres that the SQL here is written for. */
export const oldestPostgres = 15;

/** Nothing answers at `DATABASE_URL`, or it refuses us. */
export class DatabaseUnreachableError extends Error {
  readonly code = 'database_unreachable';
  override readonly name = 'DatabaseUnreachableError';

  /** @param where host, port and database, without credentials */
  constructor(where: string, cause: unknown) {
    super(
      `Postgres at ${where} can't be used: ${reason(cause)}. Check DATABASE_URL and that the server runs and lets this user in.`,
      { cause },
    );
  }
}

/** The server is older than {@link oldestPostgres}. */
export class PostgresTooOldError extends Error {
  readonly code = 'postgres_too_old';
  override readonly name = 'PostgresTooOldError';

  constructor(where: string, version: string) {
    super(
      `Postgres at ${where} is version ${version}; Jobstream needs ${oldestPostgres} or newer. ` +
        'Point DATABASE_URL at a newer server, or unset it to use the embedded one.',
    );
  }
}

const passing = new Set([
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ],
  // Shut down by an operator, crashed, starting; a statement or a lock that took too long; read-only after a failover.
  ...['57P01', '57P02', '57P03', '57014', '55P03', '25006', '25P03'],
]);
/** SQLSTATE classes: connection exceptions; insufficient resources (disk, memory, connections). */
const passingClasses = ['08', '53'];

/**
 * Whether an error of a query says that Postgres is away or can't take work at present. Such a query may work later;
 * a transaction whose COMMIT failed so may have been committed.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnreachableError) return true;
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.every(isUnavailable);
  const code = codeOf(error);
  if (code !== undefined) return passing.has(code) || passingClasses.includes(code.slice(0, 2));
  return error instanceof Error && lostConnection.test(error.message);
}

/** node-postgres says these in words only. */
const lostConnection =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Query read timeout)/;

/** Whether Postgres undid a transaction that met another one (a deadlock, a serialization failure): run it again. */
export function isContention(error: unknown): boolean {
  const code = codeOf(error);
  return code === '40001' || code === '40P01';
}

/** Whether an error says that trying again can't help: the server is too old, or refuses what a statement says. */
export function isPermanent(error: unknown): boolean {
  if (error instanceof PostgresTooOldError) return true;
  return error instanceof pg.DatabaseError && !isUnavailable(error) && !isContention(error);
}

/** SQLSTATE of a server's error, Node's code of a socket's. */
export function codeOf(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code;
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}

function reason(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reason).join('; ');
  return cause instanceof Error ? cause.message : String(cause);
}
