import type { JobId, JobState, Priority } from '@jobstream/contracts';
import { ownTraceId, type DeadLetterReason, type JobError } from '@jobstream/contracts/records';
import type { Statement } from '@jobstream/database';
import { parsePosition } from '@jobstream/lifecycle';

/** A job as the projection has it. JSON is parsed; what is not known (yet) is null. */
export interface JobRow {
  readonly id: JobId;
  readonly type: string;
  readonly queue: string;
  readonly state: JobState;
  /** Null until the request itself was projected, as are payload and `maxAttempts`. */
  readonly priority: Priority | null;
  readonly payload: unknown;
  readonly result: unknown;
  /** Of the attempt that failed last, where that is what the state is from. */
  readonly error: JobError | null;
  readonly progress: unknown;
  readonly run: number;
  /** The attempt that runs, waits or was the last; 1 for a queued job that has not started. */
  readonly attempt: number;
  readonly maxAttempts: number | null;
  /** How often this run's handler was started, redeliveries included; counted to 1,001. */
  readonly deliveries: number;
  readonly submittedFor: string | null;
  /** The trace that the job belongs to, 32 hex digits. */
  readonly traceId: string;
  readonly orderingKey: string | null;
  /** Why a dead letter was set aside. */
  readonly reason: DeadLetterReason | null;
  /** The process that made the last start. */
  readonly worker: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** When a scheduled or retrying job is due. */
  readonly nextAttemptAt: Date | null;
  readonly expiresAt: Date | null;
  /** When the log took the record that the state is from, and where it stands. */
  readonly changedAt: Date;
  readonly place: { readonly topic: string; readonly partition: number; readonly offset: number };
}

/** The columns of {@link readJobRow}, as SQL. */
export const jobColumns = `id, type, queue, state, priority, payload, result, error, progress, run, attempt,
  max_attempts, submitted_for, trace_id, ordering_key, reason, worker, created_at, started_at, finished_at, next_attempt_at,
  expires_at, changed_at, outcome_position, coalesce(cardinality(starts), 0) AS other_starts`;

/** The statement that answers {@link JobColumns} of the jobs with these ids. `schema` is quoted. */
export function findJobs(schema: string, ids: readonly JobId[]): Statement {
  return {
    name: 'find-jobs',
    text: `SELECT ${jobColumns} FROM ${schema}.jobs WHERE id = ANY($1::uuid[])`,
    values: [ids],
  };
}

/** What {@link jobColumns} answer. */
export interface JobColumns {
  id: string;
  type: string;
  queue: string;
  state: JobState;
  priority: Priority | null;
  payload: string | null;
  result: string | null;
  error: string | null;
  progress: string | null;
  run: number;
  attempt: number;
  max_attempts: number | null;
  submitted_for: string | null;
  trace_id: string | null;
  ordering_key: string | null;
  reason: DeadLetterReason | null;
  worker: string | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  next_attempt_at: Date | null;
  expires_at: Date | null;
  changed_at: Date;
  outcome_position: string;
  other_starts: number;
}

export function readJobRow(row: JobColumns): JobRow {
  return {
    id: row.id,
    type: row.type,
    queue: row.queue,
    state: row.state,
    priority: row.priority,
    payload: parse(row.payload),
    result: parse(row.result),
    error: parse(row.error) as JobError | null,
    progress: parse(row.progress),
    run: row.run,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    deliveries: row.other_starts + (row.worker === null ? 0 : 1),
    submittedFor: row.submitted_for,
    traceId: row.trace_id ?? ownTraceId(row.id),
    orderingKey: row.ordering_key,
    reason: row.reason,
    worker: row.worker,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    nextAttemptAt: row.next_attempt_at,
    expiresAt: row.expires_at,
    changedAt: row.changed_at,
    place: parsePosition(row.outcome_position),
  };
}

/** JSON text of a column; null for none. */
export function parse(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
