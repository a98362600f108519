import { describe, expect, it } from '@jest/globals';
import { newJobId } from '../job-id.js';
import { decodeOrder } from './order.js';
import { decodeRevocation, encodeRevocation } from './revocation.js';

describe('a revocation', () => {
  const id = newJobId();
  const [order, tombstone] = encodeRevocation(id, '2026-01-01T00:00:00.000Z');
  const bytes = (text: string | null) => (text === null ? null : Buffer.from(text));

  it('names its key, and is followed by a tombstone', () => {
    expect(decodeRevocation(bytes(order.key), bytes(order.value))).toBe(id);
    expect(tombstone).toEqual({ ...order, value: null });
    expect(decodeRevocation(bytes(tombstone.key), null)).toBeUndefined();
  });

  it('is not read as an order about a queue', () => {
    expect(decodeOrder(bytes(order.key), bytes(order.value))).toBeUndefined();
  });

  it.each([[null], ['pause/image'], ['revoke/'], ['revoke/x'], [`revoke/${id}/x`]])(
    'is not read from the key %j',
    (key) => expect(decodeRevocation(bytes(key), Buffer.from('{}'))).toBeUndefined(),
  );
});
