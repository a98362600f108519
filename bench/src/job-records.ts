import { randomBytes } from 'node:crypto';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord, type EncodedRecord } from '@jobstream/contracts/records';

/** Makes a job's record about 200 bytes of JSON. */
const note = 'n'.repeat(60);

/** A request for a job that does nothing, or sleeps. Both sides are given the same bytes. */
export function probeRecord({
  sleepMs = 0,
  orderingKey,
}: { sleepMs?: number; orderingKey?: string } = {}): EncodedRecord {
  return encodeRecord({
    run: 1,
    attempt: 1,
    phase: 'queued',
    createdAt: Date.now(),
    value: {
      v: 1,
      id: newJobId(),
      type: 'probe.run',
      queue: 'probe',
      payload: { note, ...(sleepMs > 0 && { sleepMs }) },
      priority: 'normal',
      maxAttempts: 4,
      ...(orderingKey !== undefined && { orderingKey }),
    },
  });
}

/** A request for a job that does nothing, with a payload of about 150 bytes of which no two are the same. */
export function payloadRecord(): EncodedRecord {
  const id = newJobId();
  const told = { image: newJobId(), sizes: [150, 600], note: randomBytes(33).toString('hex') };
  return encodeRecord({
    run: 1,
    attempt: 1,
    phase: 'queued',
    createdAt: Date.now(),
    value: {
      v: 1,
      id,
      type: 'probe.run',
      queue: 'probe',
      payload: { told },
      priority: 'normal',
      maxAttempts: 4,
    },
  });
}

/** The submission of the same job, as REST and intake take it. */
export const probeSubmission = { type: 'probe.run', payload: { note } };
