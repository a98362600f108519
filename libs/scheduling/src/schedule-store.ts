import type { ScheduleIdentity } from '@jobstream/contracts';
import type { ScheduleDefinition } from '@jobstream/contracts/rest';
import { type Database, type ReadClock, type Session, readDatabaseClock } from '@jobstream/database';
import { nextOccurrence, type Timing } from '@jobstream/lifecycle';
import { scheduleOf, timingOf, type Schedule, type ScheduleRow } from './schedule.js';

/** Where a schedule stands after a look. */
export interface ScheduleProgress {
  readonly name: string;
  readonly nextFireAt: number | null;
  /** The last occurrence that this look fired; undefined when it fired none. */
  readonly lastFireAt: number | undefined;
}

/** The rows of `operations.schedules`. */
export class ScheduleStore {
  private readonly table: string;

  constructor(
    private readonly database: Database,
    private readonly readClock: ReadClock = readDatabaseClock,
  ) {
    this.table = `${database.operations}.schedules`;
  }

  /** All of them, by name. */
  async list(): Promise<Schedule[]> {
    const { rows } = await this.database.query<ScheduleRow>({
      text: `SELECT * FROM ${this.table} ORDER BY name`,
    });
    return rows.map(scheduleOf);
  }

  async find(name: string): Promise<Schedule | undefined> {
    const { rows } = await this.database.query<ScheduleRow>({
      text: `SELECT * FROM ${this.table} WHERE name = $1`,
      values: [name],
    });
    return rows[0] && scheduleOf(rows[0]);
  }

  /**
   * Creates a schedule or replaces its definition, which has to be checked before. It fires from now on; if its timing stays the
   * same, so do the occurrences that are due.
   */
  put(name: string, definition: ScheduleDefinition, origin: Schedule['origin']): Promise<Schedule> {
    return this.database.transaction(async (session) => {
      const held = await this.lock(session, name);
      const timing = timingOf(definition);
      const keepsNext = held !== undefined && !held.paused && isSame(held.timing, timing);
      const next = keepsNext ? held.nextFireAt : nextOccurrence(timing, await this.readClock(session));
      return this.write(session, name, definition, origin, next ?? null);
    });
  }

  /** Puts the declared schedules, except those changed over REST, and deletes those no longer declared. */
  async declare(declared: ReadonlyMap<string, ScheduleDefinition>): Promise<void> {
    for (const [name, definition] of declared) {
      const held = await this.find(name);
      if (held?.origin !== 'rest') await this.put(name, definition, 'code');
    }
    await this.database.query({
      text: `DELETE FROM ${this.table} WHERE origin = 'code' AND name <> ALL($1)`,
      values: [[...declared.keys()]],
    });
  }

  /** Resolves with the deleted schedule; undefined when it did not exist. */
  async delete(name: string): Promise<ScheduleIdentity | undefined> {
    const { rows } = await this.database.query<ScheduleIdentity>({
      text: `DELETE FROM ${this.table} WHERE name = $1 RETURNING name, id`,
      values: [name],
    });
    return rows[0];
  }

  /** Locks a schedule for a transaction. */
  async lock(session: Session, name: string): Promise<Schedule | undefined> {
    const { rows } = await session.query<ScheduleRow>({
      text: `SELECT * FROM ${this.table} WHERE name = $1 FOR UPDATE`,
      values: [name],
    });
    return rows[0] && scheduleOf(rows[0]);
  }

  /** Locks schedules that are due at `now`, the most overdue first. Skips those that another process looks at. */
  async lockDue(session: Session, now: number, limit: number): Promise<Schedule[]> {
    const { rows } = await session.query<ScheduleRow>({
      name: 'lock-due-schedules',
      text: `SELECT * FROM ${this.table} WHERE NOT paused AND next_fire_at <= $1
             ORDER BY next_fire_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      values: [new Date(now), limit],
    });
    return rows.map(scheduleOf);
  }

  /** When the next occurrence of any schedule is due, in milliseconds since 1970. */
  async nextDue(): Promise<number | undefined> {
    const { rows } = await this.database.query<{ next: Date | null }>({
      name: 'next-due-schedule',
      text: `SELECT min(next_fire_at) AS next FROM ${this.table} WHERE NOT paused`,
    });
    return rows[0]?.next?.getTime();
  }

  /** Whether a schedule waits for the ends of its jobs. */
  async hasNonOverlapping(): Promise<boolean> {
    const { rows } = await this.database.query<{ found: boolean }>({
      name: 'has-non-overlapping',
      text: `SELECT EXISTS (SELECT FROM ${this.table} WHERE overlap = 'skip') AS found`,
    });
    return rows[0]!.found;
  }

  async advance(session: Session, { name, nextFireAt, lastFireAt }: ScheduleProgress): Promise<void> {
    await session.query({
      text: `UPDATE ${this.table} SET next_fire_at = $2, last_fire_at = coalesce($3, last_fire_at) WHERE name = $1`,
      values: [name, dateOf(nextFireAt), dateOf(lastFireAt ?? null)],
    });
  }

  private async write(
    session: Session,
    name: string,
    definition: ScheduleDefinition,
    origin: Schedule['origin'],
    nextFireAt: number | null,
  ): Promise<Schedule> {
    const { misfire, overlap, paused, job } = definition;
    const timing = timingOf(definition);
    const { rows } = await session.query<ScheduleRow>({
      text: `INSERT INTO ${this.table} (name, id, cron, time_zone, every_ms, misfire, overlap, paused, job, origin, next_fire_at)
             VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (name) DO UPDATE SET cron = excluded.cron, time_zone = excluded.time_zone,
               every_ms = excluded.every_ms, misfire = excluded.misfire, overlap = excluded.overlap,
               paused = excluded.paused, job = excluded.job, origin = excluded.origin, next_fire_at = excluded.next_fire_at
             RETURNING *`,
      values: [
        name,
        timing.kind === 'cron' ? timing.cron : null,
        timing.kind === 'cron' ? timing.timeZone : null,
        timing.kind === 'every' ? timing.everyMs : null,
        misfire,
        overlap,
        paused,
        JSON.stringify(job),
        origin,
        dateOf(nextFireAt),
      ],
    });
    return scheduleOf(rows[0]!);
  }
}

function dateOf(instant: number | null): Date | null {
  return instant === null ? null : new Date(instant);
}

function isSame(a: Timing, b: Timing): boolean {
  if (a.kind === 'every') return b.kind === 'every' && a.everyMs === b.everyMs;
  return b.kind === 'cron' && a.cron === b.cron && a.timeZone === b.timeZone;
}
