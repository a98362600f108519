import { describe, expect, it } from '@jest/globals';
import { maxDeadLetterRecordBytes, maxRequestRecordBytes, newJobId, Topics } from '@jobstream/contracts';
import {
  decodePoison,
  decodeRecord,
  encodeRecord,
  type JobRecord,
  type JobRequest,
} from '@jobstream/contracts/records';
import type { IncomingRecord, OutgoingRecord } from '@jobstream/kafka';
import { decideOutcome, type Outcome } from '@jobstream/lifecycle';
import { outcomeRecord, poisonRecord, runningRecord } from '../outcome/outcome-records.js';
import { readRecord, type ReadRecord } from './record-reading.js';

const topics = new Topics();
const request: JobRequest = {
  v: 1,
  id: newJobId(),
  type: 'probe.run',
  queue: 'probe',
  payload: { note: 'n' },
  priority: 'normal',
  maxAttempts: 4,
};
const head = { run: 1, attempt: 1, createdAt: 1_700_000_000_000 };
const start = { worker: 'w', at: '2026-01-01T00:00:00.000Z' };
const error = { code: 'handler_failed', message: 'no' };

function incoming(topic: string, value: Buffer | null, headers: Record<string, string> = {}): IncomingRecord {
  return {
    topic,
    partition: 3,
    offset: 42,
    timestamp: 1_700_000_000_500,
    key: Buffer.from('k'),
    value,
    headers,
  };
}
function recordOn(topic: string, record: JobRecord): IncomingRecord {
  const { value, headers } = encodeRecord(record);
  return incoming(topic, Buffer.from(value), headers);
}
const read = (record: IncomingRecord) => readRecord(record, topics.roleOf(record.topic));
const faultOf = (record: IncomingRecord) => read(record) as Extract<ReadRecord, { kind: 'poison' }>;
const bytesOf = ({ key, value, headers }: OutgoingRecord) =>
  Buffer.byteLength(key) + Buffer.byteLength(value!) + Buffer.byteLength(JSON.stringify(headers));

describe('readRecord', () => {
  it('starts the attempt that a request names, with the fields of the request', () => {
    const found = read(
      recordOn('jobs.probe', {
        ...head,
        phase: 'queued',
        run: 2,
        attempt: 3,
        traceparent: '00-a-b-01',
        value: { ...request, submittedFor: 'u', orderingKey: 'o' },
      }),
    );
    expect(found).toEqual({
      kind: 'job',
      job: {
        request: { ...request, submittedFor: 'u', orderingKey: 'o' },
        run: 2,
        attempt: 3,
        createdAt: head.createdAt,
        traceparent: '00-a-b-01',
      },
    });
  });

  it('starts the attempt after the failed one that a retry names', () => {
    const value = { ...request, error, start };
    const found = read(recordOn('jobs.probe.retry.5s', { ...head, phase: 'retrying', attempt: 2, value }));
    expect(found).toEqual({ kind: 'job', job: { ...head, request, attempt: 3 } });
  });

  it.each([
    ['tombstone', incoming('jobs.probe', null)],
    ['empty', incoming('jobs.probe', Buffer.alloc(0))],
    ['malformed', incoming('jobs.probe', Buffer.from('no json'))],
    ['malformed', incoming('jobs.probe', Buffer.from('{}'))],
    ['malformed', incoming('jobs.probe', Buffer.from(JSON.stringify(request)))],
    ['malformed', recordOn('jobs.probe', { ...head, phase: 'queued', value: { ...request, id: 'x' } })],
    ['malformed', recordOn('jobs.image', { ...head, phase: 'queued', value: request })],
    ['malformed', recordOn('jobs.probe.retry.5s', { ...head, phase: 'queued', value: request })],
    [
      'malformed',
      recordOn('jobs.probe', { ...head, phase: 'retrying', value: { ...request, error, start } }),
    ],
    [
      'malformed',
      recordOn('jobs.probe', { ...head, phase: 'expired', value: { ...request, finishedAt: start.at } }),
    ],
    ['oversize', incoming('jobs.probe', Buffer.alloc(maxRequestRecordBytes + 1, 'x'))],
  ])('sets a record aside as %s', (reason, record) => {
    expect(read(record)).toMatchObject({ kind: 'poison', reason });
  });
});

describe('poisonRecord', () => {
  const letterOf = (record: IncomingRecord) => {
    const letter = poisonRecord(topics, 'probe', record, faultOf(record));
    expect(letter.topic).toBe('jobs.probe.dlq');
    expect(bytesOf(letter)).toBeLessThan(maxDeadLetterRecordBytes);
    return decodePoison(letter.value as unknown as Buffer)!;
  };

  it('keeps the record byte for byte, with reason and origin', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe]);
    expect(letterOf(incoming('jobs.probe', bytes, { a: 'b' }))).toMatchObject({
      reason: 'malformed',
      origin: { topic: 'jobs.probe', partition: 3, offset: 42, at: '2023-11-14T22:13:20.500Z' },
      raw: { key: Buffer.from('k').toString('base64'), value: bytes.toString('base64'), headers: { a: 'b' } },
    });
  });

  it('keeps the largest record of a request topic whole', () => {
    const letter = letterOf(incoming('jobs.probe', Buffer.alloc(maxRequestRecordBytes, 0x01)));
    expect(letter.raw.cut).toBeUndefined();
    expect(Buffer.from(letter.raw.value!, 'base64').length).toBe(maxRequestRecordBytes);
  });

  it('cuts a value that is too large for the topic, and tells its size', () => {
    const letter = letterOf(incoming('jobs.probe', Buffer.alloc(5_000_000, 0x01)));
    expect(letter.reason).toBe('oversize');
    expect(letter.raw.cut).toBe(5_000_000);
    expect(Buffer.from(letter.raw.value!, 'base64').length).toBeGreaterThan(maxRequestRecordBytes);
  });

  it('survives hostile keys and headers', () => {
    const record = {
      ...incoming('jobs.probe', Buffer.alloc(maxRequestRecordBytes, 1), {
        small: 's',
        huge: '\u0000'.repeat(1_000_000),
      }),
      key: Buffer.alloc(1_000_000, 7),
    };
    expect(letterOf(record).raw.headers).toEqual({ small: 's' });
  });

  it('keeps a tombstone as a null value', () => {
    expect(letterOf(incoming('jobs.probe', null))).toMatchObject({
      reason: 'tombstone',
      raw: { value: null },
    });
  });
});

describe('outcomeRecord', () => {
  const job = { ...head, request };
  const source = incoming('jobs.probe', Buffer.alloc(0));
  const ended = {
    job,
    type: 'probe.run',
    source,
    start,
    children: [],
    finishedAt: start.at,
    dueAt: undefined,
  };
  const write = (outcome: Outcome, of: Partial<typeof ended> = {}) => {
    const record = outcomeRecord(topics, { ...ended, ...of }, outcome);
    return { record, read: decodeRecord(Buffer.from(record.value!), record.headers) };
  };
  const failure = { run: 1, parkAfter: 3, attempt: 1, maxAttempts: 4, backoffMs: [5_000], lanesMs: [5_000] };
  const fails = (facts: Partial<typeof failure> = {}, message = 'no') =>
    decideOutcome(
      { ...failure, ...facts },
      { kind: 'threw', error: { ...error, message, stack: 's'.repeat(4_000) }, retry: 'by-ladder' },
    );

  it('writes a success to the events, keyed by the job', () => {
    const { record, read: success } = write({ kind: 'succeed', result: { n: 1 } });
    expect(record).toMatchObject({ topic: 'jobs.events', key: request.id });
    expect(success).toMatchObject({ ...head, phase: 'succeeded', value: { result: { n: 1 }, start } });
  });

  it('keeps the mark of a claimed job in every outcome', () => {
    const claimed = { ...job, claimed: true as const };
    const found = read(recordOn('jobs.probe', { ...head, claimed: true, phase: 'queued', value: request }));
    expect(found).toEqual({ kind: 'job', job: claimed });
    for (const outcome of [{ kind: 'succeed', result: 1 } as const, { kind: 'expire' } as const, fails()]) {
      expect(write(outcome, { job: claimed }).read).toMatchObject({ claimed: true });
      expect(write(outcome).read).not.toHaveProperty('claimed');
    }
    expect(runningRecord(topics, claimed, start).headers).toHaveProperty('js-claim', '1');
  });

  it('writes a retry to its lane, keyed as its request was', () => {
    const ordered = { ...job, request: { ...request, orderingKey: 'o' } };
    const { record, read: retry } = write(fails(), { job: ordered });
    expect(record).toMatchObject({ topic: 'jobs.probe.retry.5s', key: 'o' });
    expect(retry).toMatchObject({ phase: 'retrying', attempt: 1, value: { payload: request.payload } });
  });

  it('writes a dead letter with reason, error, attempts and origin', () => {
    const { record, read: letter } = write(fails({ maxAttempts: 1 }));
    expect(record.topic).toBe('jobs.probe.dlq');
    expect(letter).toMatchObject({
      phase: 'dead_lettered',
      value: {
        reason: 'exhausted',
        attempts: 1,
        error: { message: 'no' },
        payload: request.payload,
        origin: { topic: 'jobs.probe', partition: 3, offset: 42 },
      },
    });
  });

  it('shortens the error when a retry would be too large', () => {
    const full = { ...job, request: { ...request, payload: 'p'.repeat(maxRequestRecordBytes - 4_000) } };
    const { record, read: retry } = write(fails({}, 'm'.repeat(1_000)), { job: full });
    expect(bytesOf(record)).toBeLessThan(maxRequestRecordBytes);
    expect(retry).toMatchObject({ phase: 'retrying', value: { error: { message: 'm'.repeat(1_000) } } });
    expect(retry).not.toHaveProperty('value.error.stack');
  });

  it('dead-letters a job that is too large to be retried, with its whole payload', () => {
    const full = { ...job, request: { ...request, payload: 'p'.repeat(maxRequestRecordBytes - 500) } };
    const { read: letter } = write(fails(), { job: full });
    expect(letter).toMatchObject({
      phase: 'dead_lettered',
      value: { reason: 'oversize', payload: full.request.payload, attempts: 1 },
    });
  });

  it('leaves out a payload that has become too large for the topic', () => {
    const grown = { ...job, request: { ...request, payload: Array.from({ length: 100_000 }, () => 1e20) } };
    const { record, read: letter } = write(fails(), { job: grown });
    expect(bytesOf(record)).toBeLessThan(maxDeadLetterRecordBytes);
    expect(letter).toMatchObject({
      phase: 'dead_lettered',
      value: { id: request.id, payload: null, origin: { offset: 42 } },
    });
  });
});
