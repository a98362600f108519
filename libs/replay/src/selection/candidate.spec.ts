import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import {
  encodePoison,
  encodeRecord,
  type EncodedRecord,
  type JobRequest,
} from '@jobstream/contracts/records';
import { readCandidate } from './candidate.js';

const id = newJobId();
const request: JobRequest = {
  v: 1,
  id,
  type: 'probe.run',
  queue: 'probe',
  payload: { note: 'n' },
  priority: 'normal',
  maxAttempts: 4,
};
const head = { run: 2, attempt: 4, createdAt: 1_769_839_200_000 };
const error = { code: 'timeout', message: 'late' };
const origin = { topic: 'jobs.probe', partition: 1, offset: 7, at: '2026-01-31T06:00:00.000Z' };
const at = (record: EncodedRecord) => ({
  topic: 't',
  partition: 0,
  offset: 3,
  timestamp: 1_769_839_300_000,
  key: null,
  value: Buffer.from(record.value),
  headers: record.headers,
});
const letter = encodeRecord({
  ...head,
  phase: 'dead_lettered',
  value: { ...request, reason: 'exhausted', error, attempts: 4, origin },
});
const queued = encodeRecord({ ...head, phase: 'queued', value: request });

describe('reading a record of a replay', () => {
  it('reads a request from the history', () => {
    expect(readCandidate(at(queued), 'history')).toMatchObject({
      kind: 'job',
      candidate: { id, run: 2, createdAt: head.createdAt, recordedAt: 1_769_839_300_000, request },
    });
  });

  it('reads the request and the failure of a dead letter', () => {
    const read = readCandidate(at(letter), 'dead-letters');
    expect(read).toMatchObject({ candidate: { id, run: 2, failure: { reason: 'exhausted', error } } });
    expect(read).not.toHaveProperty('candidate.request.reason');
  });

  it('tells poison from records of other kinds', () => {
    const raw = { key: null, value: null, headers: {} };
    const poison = encodePoison({ v: 1, reason: 'malformed', error, origin, raw });
    expect(readCandidate(at(poison), 'dead-letters')).toMatchObject({ kind: 'poison' });
    expect(readCandidate(at(letter), 'history')).toEqual({ kind: 'foreign' });
    expect(readCandidate(at(queued), 'dead-letters')).toEqual({ kind: 'foreign' });
    expect(readCandidate({ ...at(queued), value: Buffer.from('x') }, 'history')).toEqual({ kind: 'foreign' });
  });
});
