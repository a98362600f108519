import { describe, expect, it } from '@jest/globals';
import { decodeWorkerSign, encodeWorkerSign, type WorkerSign } from './worker-sign.js';

const sign: WorkerSign = {
  v: 1,
  id: '12-abc',
  service: 'post-worker',
  program: { name: 'post', version: null },
  platformVersion: '0.1.0',
  startedAt: '2026-01-02T03:04:05.678Z',
  queueCount: 1,
  queues: [
    {
      queue: 'post',
      slots: 2,
      running: 0,
      waiting: 0,
      paused: false,
      partitions: [{ topic: 'jobs.post', partitions: [0] }],
    },
  ],
  runningCount: 0,
  running: [],
  suspects: { running: 0, waiting: 0 },
  memory: { rssBytes: 1, heapBytes: 1 },
};
const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));

describe('the sign of a worker', () => {
  it('is read as it was written, and a tombstone as the end of its process', () => {
    const { key, value } = encodeWorkerSign(sign.id, sign);
    expect(decodeWorkerSign(bytes(key), bytes(value))).toEqual({ id: '12-abc', sign });
    expect(decodeWorkerSign(Buffer.from('12-abc'), null)).toEqual({ id: '12-abc', sign: null });
  });

  it.each([
    ['nobody is named', null, '{}', /names no process/],
    ['somebody else is named', 'other', JSON.stringify(sign), /another process/],
    ['the value is no JSON', '12-abc', '{', /not JSON/],
    ['the value has another version', '12-abc', JSON.stringify({ ...sign, v: 2 }), /v/],
    [
      'it names more jobs than it may',
      '12-abc',
      JSON.stringify({ ...sign, running: Array.from({ length: 51 }, () => ({})) }),
      /running/,
    ],
  ])('says why it can not be read when %s', (_, key, value, detail) => {
    expect(decodeWorkerSign(bytes(key), bytes(value))).toMatchObject({
      detail: expect.stringMatching(detail),
    });
  });
});
