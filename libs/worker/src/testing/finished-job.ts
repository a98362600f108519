import type { FinalState, JobDefinition, ResultOf } from '@jobstream/contracts';
import type { DeadLetterReason, JobError, JobRecord, LogLine } from '@jobstream/contracts/records';
import type { EnqueuedJob } from './enqueued-job.js';

/** A job that has ended, with all that happened until then. */
export interface FinishedJob<Definition extends JobDefinition = JobDefinition> {
  readonly id: string;
  readonly type: string;
  readonly outcome: FinalState;
  /** As whoever reads it gets it: JSON. Absent unless the job has succeeded. */
  readonly result?: ResultOf<Definition>;
  /** Why it is a dead letter; absent unless it is one. */
  readonly reason?: DeadLetterReason;
  /** The error for which it is a dead letter; absent unless it is one. */
  readonly error?: JobError;
  /** Attempts that were started. */
  readonly attempts: number;
  /** The errors of the attempts that were followed by another one. */
  readonly retried: readonly JobError[];
  /** The milliseconds that it would have waited before its second attempt, the third, and so on. */
  readonly delaysMs: readonly number[];
  /** The jobs that it has enqueued; none unless it has succeeded. */
  readonly children: readonly EnqueuedJob[];
  /** Every value that its handler has reported, where a worker sends the newest from time to time. */
  readonly progress: readonly unknown[];
  /** What its handler has logged and a platform keeps: of each attempt at most 1,000 lines and 64 KiB. */
  readonly logs: readonly LogLine[];
}

/** How a job has ended, as its last record says. @param started the attempts that were started */
export function describeEnd(
  record: JobRecord,
  started: number,
): Pick<FinishedJob, 'outcome' | 'result' | 'reason' | 'error' | 'attempts'> {
  switch (record.phase) {
    case 'succeeded':
      return { outcome: 'succeeded', result: record.value.result, attempts: started };
    case 'expired':
    case 'cancelled':
      return { outcome: record.phase, attempts: started };
    case 'dead_lettered': {
      const { reason, error, attempts } = record.value;
      return { outcome: 'dead_lettered', reason, error, attempts };
    }
    case 'queued':
    case 'scheduled':
    case 'started':
    case 'progress':
    case 'retrying':
      throw new TypeError(`A job does not end by a "${record.phase}" record.`);
  }
}
