import { describe, expect, it } from '@jest/globals';
import { fetchedRecord } from '../client/kafkajs/fetched-record.fixture-spec.js';
import type { FetchedRecord } from '../client/kafkajs/fetched-records.js';
import { copyRecord, lendRecord } from './copy-record.js';

function fetched(): { answer: Buffer; message: FetchedRecord } {
  const answer = Buffer.from('a key and a value');
  const message = fetchedRecord({
    offset: 7,
    timestamp: 1_732_300_000_000,
    headers: { name: 'text' },
    key: answer.subarray(2, 5),
    value: answer.subarray(10),
  });
  return { answer, message };
}

describe.each([
  ['copyRecord', copyRecord, 'key'],
  ['lendRecord', lendRecord, '???'],
] as const)('%s', (_, hand, keyAfterwards) => {
  it('reads a message; only copies outlive the fetch answer', () => {
    const { answer, message } = fetched();
    const record = hand('topic', 3, message);
    expect(record).toMatchObject({ topic: 'topic', partition: 3, offset: 7, timestamp: 1_732_300_000_000 });
    expect(record.headers).toEqual({ name: 'text' });
    expect([record.key, record.value].map(String)).toEqual(['key', 'a value']);
    answer.fill('?');
    expect(String(record.key)).toBe(keyAfterwards);
  });

  it('keeps what is null and what is empty', () => {
    const { message } = fetched();
    expect(hand('topic', 0, { ...message, value: null, headers: null })).toMatchObject({
      value: null,
      headers: null,
    });
    expect(hand('topic', 0, { ...message, key: Buffer.alloc(0) }).key).toHaveLength(0);
  });
});
