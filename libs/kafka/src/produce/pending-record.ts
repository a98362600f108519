import type { OutgoingRecord } from '../client/record.js';
import type { SendOutcome } from './producer-errors.js';
import { measureRecord, sizeBound, type EncodableRecord } from './record-batch.js';

/** A record on its way, and the caller that waits for its outcome. Times are monotonic ms. */
export interface PendingRecord extends EncodableRecord {
  topic: string;
  /** The most bytes it takes in a batch. */
  bound: number;
  /** When it is given up. */
  deadline: number;
  enqueuedAt: number;
  /** Some attempt may have left it in the log. */
  mayBeInLog: boolean;
  /** Why the last attempt failed. */
  failure: unknown;
  settled: boolean;
  /** Tells the caller. Called by {@link RecordOutcomes} alone, once for each record. */
  tell(outcome: SendOutcome): void;
}

export function pendingRecord(
  { topic, key, value, headers }: OutgoingRecord,
  deadline: number,
  tell: PendingRecord['tell'],
): PendingRecord {
  const sizes = measureRecord({ key, value, headers });
  return {
    topic,
    key,
    value,
    headers,
    sizes,
    bound: sizeBound(sizes),
    deadline,
    enqueuedAt: performance.now(),
    mayBeInLog: false,
    failure: undefined,
    settled: false,
    tell,
  };
}
