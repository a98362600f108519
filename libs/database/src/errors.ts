import pg from 'pg';

/** The oldest Postgres that the SQL here is written for. */
export const minPostgresVersion = 15;

/** Nothing answers at `DATABASE_URL`, or it refuses us. */
export class DatabaseUnreachableError extends Error {
  readonly code = 'database_unreachable';
  override readonly name = 'DatabaseUnreachableError';

  /** @param where host, port and database, without credentials */
  constructor(where: string, cause: unknown) {
    super(`Postgres at ${where} can't be used: ${reason(cause)}. ${remedy(cause)}`, { cause });
  }
}

/** Why a server does not suit the platform. */
export interface ServerFault {
  readonly code:
    | 'postgres_too_old'
    | 'database_not_utf8'
    | 'database_settings_refused'
    | 'database_read_only'
    | 'database_right_missing';
  /** Follows "Postgres at …". */
  readonly says: string;
  /** The remedy. */
  readonly mend: string;
}

/** The server at `DATABASE_URL` answers, and the platform can't work on it. */
export class UnsuitableServerError extends Error {
  readonly code: ServerFault['code'];
  override readonly name = 'UnsuitableServerError';

  /** @param where host, port and database, without credentials */
  constructor(where: string, { code, says, mend }: ServerFault) {
    super(`Postgres at ${where} ${says}. ${mend}`);
    this.code = code;
  }
}

const passing = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  // Shut down by an operator, crashed, starting; a statement or a lock that took too long; read-only after a failover.
  '57P01',
  '57P02',
  '57P03',
  '57014',
  '55P03',
  '25006',
  '25P03',
]);
/** SQLSTATE classes: connection exceptions; insufficient resources (disk, memory, connections). */
const passingClasses = ['08', '53'];

/**
 * Whether an error of a query says that Postgres is away or can't take work at present. Such a query may work later;
 * a transaction whose COMMIT failed so may have been committed.
 */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnreachableError) return true;
  // A standby becomes a primary when it has to.
  if (error instanceof UnsuitableServerError) return error.code === 'database_read_only';
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

/** Whether an error says that trying again can't help: the server does not suit, or refuses what a statement says. */
export function isPermanent(error: unknown): boolean {
  if (error instanceof UnsuitableServerError) return !isUnavailable(error);
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

/** PgBouncer's words for settings that it can't pass on. */
const refusedSettings = 'unsupported startup parameter';

function remedy(cause: unknown): string {
  return reason(cause).includes(refusedSettings)
    ? 'A pooler in between refuses the settings that each session states: point DATABASE_URL at the server itself.'
    : 'Check DATABASE_URL and that the server runs and lets this user in.';
}
