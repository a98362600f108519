import type { JobId } from '@jobstream/contracts';
import {
  decodePoison,
  decodeRecord,
  requestOf,
  type DeadLetterReason,
  type JobRequest,
} from '@jobstream/contracts/records';
import type { ReplaySource } from '@jobstream/contracts/rest';
import type { IncomingRecord } from '@jobstream/kafka';

/** A run of a job as the log has it, which may be run once more. */
export interface Candidate {
  readonly id: JobId;
  readonly run: number;
  readonly request: JobRequest;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** When its record was appended: milliseconds since 1970. */
  readonly recordedAt: number;
  /** The URL that hears of the end of each run. */
  readonly notify?: string;
  readonly traceparent?: string;
  /** Why it was set aside; only of a dead letter. */
  readonly failure?: Failure;
}

/** How a run failed. */
export interface Failure {
  readonly reason: DeadLetterReason | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** The content of a record of a source. A `foreign` record is of no job: its worker has set it aside. */
export type ReadCandidate =
  | { readonly kind: 'job'; readonly candidate: Candidate }
  | { readonly kind: 'poison'; readonly failure: Failure }
  | { readonly kind: 'foreign' };

/** Reads a record of a request lane or of a dead-letter topic. Never throws. */
export function readCandidate(record: IncomingRecord, source: ReplaySource): ReadCandidate {
  const read = decodeRecord(record.value, record.headers);
  if ('fault' in read) {
    const poison = source === 'dead-letters' ? decodePoison(record.value) : undefined;
    return poison ? { kind: 'poison', failure: poison } : { kind: 'foreign' };
  }
  const expected = source === 'dead-letters' ? 'dead_lettered' : 'queued';
  if (read.phase !== expected) return { kind: 'foreign' };
  const { value, run, createdAt, notify, traceparent } = read;
  return {
    kind: 'job',
    candidate: {
      id: value.id.toLowerCase(),
      run,
      createdAt,
      recordedAt: record.timestamp,
      request: requestOf(value),
      ...(notify !== undefined && { notify }),
      ...(traceparent !== undefined && { traceparent }),
      ...(read.phase === 'dead_lettered' && { failure: read.value }),
    },
  };
}
