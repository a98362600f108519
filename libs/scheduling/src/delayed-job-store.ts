import type { Priority } from '@jobstream/contracts';
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

const columns = ['id', 'run', 'attempt', 'due_at', 'queue', 'priority', 'key', 'value', 'headers']
  .map((name) => `job.${name}`)
  .join(', ');
/** Bytes of the records that a process holds in memory at a time. */
const maxBytes = 16 * 1024 * 1024;

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
      text: `INSERT INTO ${this.table} (id, run, attempt, state, due_at, queue, priority, key, value, headers)
             SELECT id, run, attempt, 'waiting', to_timestamp(due_at / 1000), queue, priority, key, value, headers
             FROM unnest($1::uuid[], $2::integer[], $3::integer[], $4::double precision[], $5::text[], $6::text[],
               $7::text[], $8::text[], $9::text[])
               AS given(id, run, attempt, due_at, queue, priority, key, value, headers)
             ORDER BY id, run, attempt ON CONFLICT DO NOTHING`,
      values: [
        jobs.map(({ id }) => id),
        jobs.map(({ run }) => run),
        jobs.map(({ attempt }) => attempt),
        jobs.map(({ dueAt }) => dueAt),
        jobs.map(({ queue }) => queue),
        jobs.map(({ priority }) => priority),
        jobs.map(({ key }) => JSON.stringify(key)),
        jobs.map(({ value }) => value),
        jobs.map(({ headers }) => JSON.stringify(headers)),
      ],
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

  /** Deletes jobs that are published or cancelled. */
  async delete(session: Session, jobs: readonly DelayedJob[]): Promise<void> {
    if (jobs.length === 0) return;
    await session.query({
      name: 'delete-published-jobs',
      text: `DELETE FROM ${this.table} WHERE (id, run, attempt) IN
             (SELECT * FROM unnest($1::uuid[], $2::integer[], $3::integer[]))`,
      values: [jobs.map(({ id }) => id), jobs.map(({ run }) => run), jobs.map(({ attempt }) => attempt)],
    });
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
