import type { Database, Session } from './database.js';

/** Reads the time that counts, in whole milliseconds since 1970; tests hand in another. */
export type ReadClock = (session: Session) => Promise<number>;

/** Postgres' clock: the one clock that all processes share. Rounded down, so that nothing is early. */
export const readDatabaseClock: ReadClock = async (session) => {
  const { rows } = await session.query<{ now: number }>({
    name: 'read-clock',
    text: 'SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
  });
  return rows[0]!.now;
};

/** Postgres has not said its time to this process yet. */
export class DatabaseClockUnknownError extends Error {
  override readonly name = 'DatabaseClockUnknownError';
  readonly code = 'database_clock_unknown';

  constructor() {
    super('The time of Postgres is not known yet: it has not answered. See that it can be reached.');
  }
}

/**
 * Postgres' time as its last answer said it, carried on by this process' monotonic clock: behind it by that answer's way, never
 * ahead. For times that may be off by moments; Postgres itself decides all others.
 */
export class DatabaseClock {
  private heard: { readonly at: number; readonly says: number } | undefined;

  /** @param monotonic milliseconds of a clock that only goes forward */
  constructor(
    private readonly database: Database,
    private readonly monotonic: () => number = () => performance.now(),
  ) {}

  /** Whether Postgres has answered yet. */
  get isKnown(): boolean {
    return this.heard !== undefined;
  }

  /** For how many milliseconds it was not asked; Infinity before the first answer. */
  get silentMs(): number {
    return this.heard === undefined ? Infinity : this.monotonic() - this.heard.at;
  }

  /** Milliseconds since 1970. @throws DatabaseClockUnknownError before the first answer */
  now(): number {
    if (this.heard === undefined) throw new DatabaseClockUnknownError();
    return Math.floor(this.heard.says + this.monotonic() - this.heard.at);
  }

  /** Asks Postgres. @throws DatabaseUnreachableError */
  async ask(): Promise<void> {
    const says = await readDatabaseClock(this.database);
    this.heard = { at: this.monotonic(), says };
  }
}
