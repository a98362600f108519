import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { decodeOrder, encodeOrder, type EncodedOrder } from './order.js';

const folder = new URL('./golden-orders/', import.meta.url);
const golden = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as EncodedOrder;
const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));

describe('orders on the wire', () => {
  it.each(readdirSync(folder))('reads %s and writes the same bytes', (name) => {
    const { key, value } = golden(name);
    const order = decodeOrder(bytes(key), bytes(value));
    if (order === undefined || 'detail' in order) throw new Error(order?.detail ?? 'unknown');
    expect(encodeOrder(order)).toEqual(golden(name));
  });

  it.each([
    ['the key says no queue', 'pause', '{}', /names no queue/],
    ['the key says too much', 'pause/a/b', '{}', /names no queue/],
    ['the value is no JSON', 'pause/a', '{', /not JSON/],
    ['the value has another version', 'pause/a', '{"v":2,"queue":"a"}', /v/],
  ])('says why when %s', (_, key, value, detail) => {
    expect(decodeOrder(bytes(key), bytes(value))).toMatchObject({ detail: expect.stringMatching(detail) });
  });

  it.each([null, '', 'later/a', 'toString/a'])('ignores an unknown kind: %j', (key) => {
    expect(decodeOrder(bytes(key), bytes('{}'))).toBeUndefined();
  });
});
