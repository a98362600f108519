import type { JobId, JobState } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import { parsePosition, type Position } from '@jobstream/lifecycle';
import { parse, type JobRow } from './job-row.js';

type Place = JobRow['place'];

/** A job that has begun and not ended: it runs, or waits for its retry. */
export interface ActiveJob {
  readonly id: JobId;
  readonly state: Extract<JobState, 'running' | 'retrying'>;
  /** When it entered that state. */
  readonly since: Date;
  readonly worker: string | null;
  readonly nextAttemptAt: Date | null;
}

/** A running job, with a field of its payload. */
export interface RunningJob {
  readonly id: JobId;
  /** Null until its request was projected. */
  readonly type: string | null;
  readonly worker: string | null;
  readonly startedAt: Date | null;
  /** Undefined where its payload does not have the field. */
  readonly value: unknown;
}

/** The most rows that a question looks at: there may be any number of retries. */
const maxLooked = 20_000;
const maxRunning = 200;

/** Finds what runs or waits for a retry, in a bounded look: for people who ask what another job waits for. */
export class ActiveJobs {
  constructor(private readonly database: Database) {}

  /** The job that has begun under an ordering key of a queue, other than `except`; undefined where none is found. */
  async findByKey(queue: string, orderingKey: string, except: JobId): Promise<ActiveJob | undefined> {
    const { rows } = await this.database.query<ActiveJob>({
      name: 'active-job-by-key',
      text: `SELECT id, state, changed_at AS since, worker, next_attempt_at AS "nextAttemptAt"
        FROM (SELECT * FROM ${this.database.projection}.jobs
              WHERE indexed_state IN ('running', 'retrying') LIMIT ${maxLooked}) AS begun
        WHERE queue = $1 AND ordering_key = $2 AND id <> $3 LIMIT 1`,
      values: [queue, orderingKey, except],
    });
    return rows[0];
  }

  /** The request that the newest run of a job began with; undefined where the projection has none. */
  async findRequest(id: JobId): Promise<Place | undefined> {
    const { rows } = await this.database.query<{ position: Position }>({
      name: 'request-of-job',
      text: `SELECT request_position AS position FROM ${this.database.projection}.jobs WHERE id = $1`,
      values: [id],
    });
    return rows[0] && parsePosition(rows[0].position);
  }

  /** Jobs of a queue that run, at most 200 and those first that run longest, with a top-level field of their payloads if one is named. */
  async listRunning(queue: string, field: string | undefined): Promise<RunningJob[]> {
    const { rows } = await this.database.query<Omit<RunningJob, 'value'> & { value: string | null }>({
      name: 'running-jobs-of-queue',
      text: `SELECT id, type, worker, started_at AS "startedAt", (payload::json -> $2)::text AS value
        FROM (SELECT * FROM ${this.database.projection}.jobs WHERE indexed_state = 'running' LIMIT ${maxLooked}) AS begun
        WHERE queue = $1 ORDER BY started_at NULLS LAST, id LIMIT ${maxRunning}`,
      values: [queue, field ?? null],
    });
    return rows.map(({ value, ...job }) => ({ ...job, value: value === null ? undefined : parse(value) }));
  }
}
