import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodePoison, encodeRecord } from '@jobstream/contracts/records';
import { recordViewSchema } from '@jobstream/contracts/rest';
import type { IncomingRecord } from '@jobstream/kafka';
import { viewOfRecord } from './record-view.js';

const id = newJobId();
const at = '2026-01-01T00:00:00.000Z';
const origin = { topic: 'jobs.probe', partition: 0, offset: 7, at };

function incoming(value: string | Buffer | null, more: Partial<IncomingRecord> = {}): IncomingRecord {
  return {
    topic: 'jobs.probe',
    partition: 1,
    offset: 7,
    timestamp: Date.parse(at),
    key: null,
    value: typeof value === 'string' ? Buffer.from(value) : value,
    headers: {},
    ...more,
  };
}

describe('the view of a record', () => {
  it('has the job that it tells of, and its value with every digit as it was written', () => {
    const { key, headers, value } = encodeRecord({
      run: 2,
      attempt: 1,
      createdAt: Date.parse(at),
      phase: 'queued',
      value: { v: 1, id, type: 'a.b', queue: 'probe', payload: {}, priority: 'normal', maxAttempts: 1 },
    });
    const exact = value.replace('"payload":{}', '"payload":{"n":12345678901234567890}');
    const view = viewOfRecord(incoming(exact, { key: Buffer.from(key), headers }), true);
    expect(recordViewSchema.parse(view)).toMatchObject({
      partition: 1,
      offset: 7,
      time: at,
      key: { encoding: 'utf8', text: id },
      headers: { 'js-run': '2', 'js-phase': 'queued' },
      value: { encoding: 'utf8', text: exact },
      valueBytes: exact.length,
      isJson: true,
      job: { id, type: 'a.b', run: 2, attempt: 1, phase: 'queued' },
      fault: null,
    });
  });

  it('says why no job can be read in it, on topics that tell of jobs alone', () => {
    expect(viewOfRecord(incoming('{"half":'), true)).toMatchObject({
      isJson: false,
      job: null,
      fault: expect.stringMatching(/^malformed: headers/),
    });
    expect(viewOfRecord(incoming('{"v":1}'), false)).toMatchObject({ isJson: true, job: null, fault: null });
  });

  it('tells a tombstone from a value without bytes', () => {
    expect(viewOfRecord(incoming(null), false)).toMatchObject({ value: null, valueBytes: 0, isJson: false });
    expect(viewOfRecord(incoming(''), true)).toMatchObject({
      value: { encoding: 'utf8', text: '' },
      fault: expect.stringMatching(/^empty: /),
    });
  });

  it('has bytes that are no text in base64', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xc3]);
    expect(viewOfRecord(incoming(bytes, { key: bytes }), false)).toMatchObject({
      key: { encoding: 'base64', text: '/wDD' },
      value: { encoding: 'base64', text: '/wDD' },
      isJson: false,
    });
  });

  it('takes poison that was set aside for what it is', () => {
    const error = { code: 'malformed', message: 'no JSON' };
    const { headers, value } = encodePoison({
      v: 1,
      reason: 'malformed',
      error,
      origin,
      raw: { key: null, value: 'AA==', headers: {} },
    });
    expect(viewOfRecord(incoming(value, { headers }), true)).toMatchObject({ job: null, fault: null });
  });

  it('has no headers where they are more than a reader looks at', () => {
    expect(viewOfRecord(incoming('{}', { headers: null }), true)).toMatchObject({
      headers: null,
      fault: expect.stringMatching(/1,000/),
    });
  });
});
