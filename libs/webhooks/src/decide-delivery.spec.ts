import { describe, expect, it } from '@jest/globals';
import type { CallEnding } from '@jobstream/calls';
import { decideDelivery } from './decide-delivery.js';

const now = Date.UTC(2026, 0, 2);

function answered(status: number, more: Partial<Extract<CallEnding, { kind: 'answered' }>> = {}): CallEnding {
  const body = { content: Buffer.alloc(0), isWhole: true };
  return { kind: 'answered', status, retryAfter: undefined, shouldRetry: undefined, body, ...more };
}

describe('a delivery', () => {
  it.each([200, 201, 204, 299])('is made once its receiver has answered %d', (status) => {
    expect(decideDelivery(answered(status), now)).toEqual({ kind: 'delivered', status });
  });

  it('is made though the answer has more bytes than are read', () => {
    const body = { content: Buffer.alloc(10), isWhole: false };
    expect(decideDelivery(answered(200, { body }), now)).toMatchObject({ kind: 'delivered' });
  });

  it.each([301, 307, 400, 401, 404, 422, 429, 500, 503])('is tried again after %d', (status) => {
    expect(decideDelivery(answered(status), now)).toMatchObject({
      kind: 'retry',
      error: { code: `http_${status}` },
    });
  });

  it('is tried again after a timeout and a connection that broke', () => {
    expect(decideDelivery({ kind: 'timed-out', timeoutMs: 10 }, now)).toMatchObject({ kind: 'retry' });
    expect(decideDelivery({ kind: 'failed', cause: 'ECONNREFUSED' }, now)).toMatchObject({ kind: 'retry' });
  });

  it('waits as long as its receiver asks', () => {
    expect(decideDelivery(answered(503, { retryAfter: '7' }), now)).toMatchObject({
      kind: 'retry',
      afterMs: 7_000,
    });
  });

  it('is given up where the receiver is gone, says so, or may not be called', () => {
    expect(decideDelivery(answered(410), now)).toMatchObject({ kind: 'refused', isGone: true });
    expect(decideDelivery(answered(400, { shouldRetry: 'false' }), now)).toMatchObject({
      kind: 'refused',
      isGone: false,
    });
    expect(decideDelivery({ kind: 'forbidden', error: new Error('No.') }, now)).toMatchObject({
      kind: 'refused',
      isGone: false,
    });
  });
});
