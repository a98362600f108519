import type { PendingRecord } from './partition-lane.js';
import type { OutgoingRecord } from '../client/record.js';
import { measureRecord, sizeBound } from './record-batch.js';

/** A record as it waits for its lane. */
export function prepare(
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
