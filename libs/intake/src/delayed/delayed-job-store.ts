import type { JobId, Priority } from '@jobstream/contracts';
import { type Database, type Session, readDatabaseClock } from '@jobstream/database';
import type { DelayedJob } from './delayed-job.js';
import { restOfRefused } from './rest-of-refused.js';

/** When the next jobs are to be published. */
export interface DelayedWork {
  /** Milliseconds until the next job is due, or a refused job of these queues has rested; undefined when no job waits. */
  readonly nextInMs: number | undefined;
  /** Whether a job of these queues is marked as being published and does not rest. */
  readonly publishing: boolean;
}

interface DelayedRow {
  readonly id: string;
  readonly run: number;
  readonly attempt: number;
  readonly due_at: Date;
  readonly queue: string;
  readonly priority: Priority;
  readonly key: string;
  readonly value: string;
  readonly headers: string;
}

const written = 'id, run, attempt, due_at, queue, priority, key, value, headers';
/** The jobs of {@link columnsOf}. */
const given = `SELECT id, run, attempt, to_timestamp(due_at / 1000) AS due_at, queue, priority, key, value, headers
  FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::double precision[], $5::text[], $6::text[], $7::text[],
    $8::text[], $9::text[]) AS given(${written})`;
const columns = written
  .split(', ')
  .map((name) => `job.${name}`)
  .join(', ');
/** Bytes of the records that a process holds in memory at a time. */
const maxBytes = 16 * 1024 * 1024;

/** A staged request that has no acknowledgement for so long is published by the scheduler. */
const stagedFor = `interval '10 seconds'`;

/**
 * Subquery that finds the rows by which a delayed job may still be sent.
 * @param operations the schema, quoted
 * @param id SQL of the job's id
 */
export function unsentDelayed(operations: string, id: string): string {
  return `SELECT FROM ${operations}.delayed_jobs AS delayed WHERE delayed.id = ${id}`;
}

/** The rows of `operations.delayed_jobs`. Only Postgres' clock counts. */
export class DelayedJobStore {
  private readonly table: string;

  constructor(private readonly database: Database) {
    this.table = `${database.operations}.delayed_jobs`;
  }

  /** Holds jobs until they are due. Jobs that are held already stay as they are. */
  async hold(session: Session, jobs: readonly DelayedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    await session.query({
      name: 'hold-delayed-jobs',
      text: `INSERT INTO ${this.table} (${written}, state)
             SELECT ${written}, 'waiting' FROM (${given}) AS given
             ORDER BY id, run, attempt ON CONFLICT DO NOTHING`,
      values: columnsOf(jobs),
    });
  }

  /**
   * Keeps requests that are being sent to their queues now. The scheduler sends those that are still here ten seconds later, because
   * their sender has died or does not know whether the log has them.
   */
  async stage(session: Session, jobs: readonly DelayedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    await session.query({
      name: 'stage-jobs',
      text: `INSERT INTO ${this.table} (${written}, state, rest_until)
             SELECT ${written}, 'publishing', clock_timestamp() + ${stagedFor} FROM (${given}) AS given
             ORDER BY id, run, attempt ON CONFLICT DO NOTHING`,
      values: columnsOf(jobs),
    });
  }

  /** Locks those of the jobs that wait for the time of their first run. Leaves out jobs that another process is publishing or cancelling. */
  async lockScheduled(session: Session, ids: readonly JobId[]): Promise<ReadonlySet<JobId>> {
    if (ids.length === 0) return new Set();
    const { rows } = await session.query<{ id: JobId }>({
      name: 'lock-scheduled-jobs',
      text: `SELECT id FROM ${this.table} WHERE id = ANY($1) AND run = 1 AND attempt = 1 AND state = 'waiting'
             ORDER BY id FOR UPDATE SKIP LOCKED`,
      values: [ids],
    });
    return new Set(rows.map(({ id }) => id));
  }

  /** Gives waiting jobs another request and time. */
  async replace(session: Session, jobs: readonly DelayedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    await session.query({
      name: 'replace-delayed-jobs',
      text: `UPDATE ${this.table} AS job SET due_at = given.due_at, queue = given.queue, priority = given.priority,
               key = given.key, value = given.value, headers = given.headers
             FROM (${given}) AS given
             WHERE (job.id, job.run, job.attempt) = (given.id, given.run, given.attempt) AND job.state = 'waiting'`,
      values: columnsOf(jobs),
    });
  }

  async work(queues: readonly string[]): Promise<DelayedWork> {
    const [now, { rows }] = await Promise.all([
      readDatabaseClock(this.database),
      this.database.query<{ next: Date | null; rested: Date | null; publishing: boolean }>({
        name: 'delayed-work',
        text: `SELECT (SELECT min(due_at) FROM ${this.table} WHERE state = 'waiting') AS next,
                 (SELECT min(rest_until) FROM ${this.table}
                  WHERE state = 'publishing' AND queue = ANY($1) AND rest_until > clock_timestamp()) AS rested,
                 EXISTS (SELECT FROM ${this.table} WHERE state = 'publishing' AND queue = ANY($1)
                         AND rest_until <= clock_timestamp()) AS publishing`,
        values: [queues],
      }),
    ]);
    const { next, rested, publishing } = rows[0]!;
    const times = [next, rested].flatMap((time) => (time === null ? [] : [time.getTime() - now]));
    return { nextInMs: times.length > 0 ? Math.min(...times) : undefined, publishing };
  }

  /** Marks due jobs as being published, the most overdue first, and resolves with their number. They can't be cancelled here any more. */
  async markDue(limit: number): Promise<number> {
    const { affected } = await this.database.query({
      name: 'mark-due-jobs',
      text: `UPDATE ${this.table} AS job SET state = 'publishing'
             FROM (SELECT id, run, attempt FROM ${this.table}
                   WHERE state = 'waiting' AND due_at <= clock_timestamp()
                   ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED) AS due
             WHERE (job.id, job.run, job.attempt) = (due.id, due.run, due.attempt)`,
      values: [limit],
    });
    return affected;
  }

  /**
   * Locks marked jobs of these queues, the most overdue first, then those that have rested. Skips jobs that another process
   * publishes. The locks of a dead process end with its connection.
   */
  async lockPublishing(session: Session, queues: readonly string[], limit: number): Promise<DelayedJob[]> {
    const { rows } = await session.query<DelayedRow>({
      name: 'lock-publishing-jobs',
      text: `WITH locked AS MATERIALIZED (
               SELECT id, run, attempt, due_at, rest_until, octet_length(value) AS bytes FROM ${this.table}
               WHERE state = 'publishing' AND queue = ANY($1) AND rest_until <= clock_timestamp()
               ORDER BY rest_until, due_at LIMIT $2 FOR UPDATE SKIP LOCKED
             ), summed AS (
               SELECT *, sum(bytes) OVER (ORDER BY rest_until, due_at, id, run, attempt) - bytes AS before FROM locked
             )
             SELECT ${columns} FROM summed JOIN ${this.table} AS job USING (id, run, attempt)
             WHERE before < $3 ORDER BY job.rest_until, job.due_at`,
      values: [queues, limit, maxBytes],
    });
    return rows.map(jobOfRow);
  }

  /** Locks waiting jobs of these runs or of earlier ones. Skips jobs that another process is about to publish or cancel. */
  async lockWaiting(
    session: Session,
    jobs: readonly Pick<DelayedJob, 'id' | 'run'>[],
  ): Promise<DelayedJob[]> {
    const { rows } = await session.query<DelayedRow>({
      name: 'lock-waiting-jobs',
      text: `SELECT ${columns} FROM unnest($1::uuid[], $2::integer[]) AS given(id, run)
             JOIN ${this.table} AS job ON job.id = given.id AND job.run <= given.run
             WHERE job.state = 'waiting' ORDER BY job.id, job.run, job.attempt FOR UPDATE OF job SKIP LOCKED`,
      values: [jobs.map(({ id }) => id), jobs.map(({ run }) => run)],
    });
    return rows.map(jobOfRow);
  }

  /** Lets refused jobs rest, so that others go first. */
  async rest(session: Session, jobs: readonly DelayedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    await session.query({
      name: 'rest-refused-jobs',
      text: `UPDATE ${this.table} AS job SET rest_until = ${restOfRefused('job.due_at')}
             WHERE (id, run, attempt) IN (SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[]))`,
      values: [jobs.map(({ id }) => id), jobs.map(({ run }) => run), jobs.map(({ attempt }) => attempt)],
    });
  }

  /** Deletes jobs that are published or cancelled. @returns those that were there */
  async delete(
    session: Session,
    jobs: readonly Pick<DelayedJob, 'id' | 'run' | 'attempt'>[],
  ): Promise<ReadonlySet<JobId>> {
    if (jobs.length === 0) return new Set();
    const { rows } = await session.query<{ id: JobId }>({
      name: 'delete-published-jobs',
      text: `DELETE FROM ${this.table} WHERE (id, run, attempt) IN
             (SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[])) RETURNING id`,
      values: [jobs.map(({ id }) => id), jobs.map(({ run }) => run), jobs.map(({ attempt }) => attempt)],
    });
    return new Set(rows.map(({ id }) => id));
  }
}

function jobOfRow({ due_at, key, headers, ...row }: DelayedRow): DelayedJob {
  return {
    ...row,
    dueAt: due_at.getTime(),
    key: JSON.parse(key) as string,
    headers: JSON.parse(headers) as Record<string, string>,
  };
}

function columnsOf(jobs: readonly DelayedJob[]): unknown[] {
  return [
    jobs.map(({ id }) => id),
    jobs.map(({ run }) => run),
    jobs.map(({ attempt }) => attempt),
    jobs.map(({ dueAt }) => dueAt),
    jobs.map(({ queue }) => queue),
    jobs.map(({ priority }) => priority),
    jobs.map(({ key }) => JSON.stringify(key)),
    jobs.map(({ value }) => value),
    jobs.map(({ headers }) => JSON.stringify(headers)),
  ];
}
