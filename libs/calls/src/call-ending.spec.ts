import { describe, expect, it } from '@jest/globals';
import { decideCall, type CallEnding } from './call-ending.js';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);
type Answered = Extract<CallEnding, { kind: 'answered' }>;

function answered(status: number, more: Partial<Omit<Answered, 'body'>> & { text?: string } = {}): Answered {
  const { text = '', ...rest } = more;
  const body = { content: Buffer.from(text), isWhole: true };
  return { kind: 'answered', status, retryAfter: undefined, shouldRetry: undefined, body, ...rest };
}

describe('what follows from an answer', () => {
  it.each([200, 201, 202, 204, 299])('is success for %d, whatever x-should-retry says', (status) => {
    const ending = answered(status, { text: '{}', shouldRetry: 'true' });
    expect(decideCall(ending, now)).toEqual({ kind: 'taken', body: ending.body });
  });

  it.each([400, 401, 403, 404, 405, 410, 422, 451, 499])('is no retry for %d', (status) => {
    expect(decideCall(answered(status, { retryAfter: '1' }), now)).toMatchObject({
      kind: 'refused',
      error: { code: `http_${status}` },
    });
  });

  it.each([300, 301, 302, 304, 307, 408, 409, 425, 429, 500, 502, 503, 504, 599])(
    'is a retry by the ladder for %d',
    (status) => {
      const verdict = decideCall(answered(status), now);
      expect(verdict).toMatchObject({ kind: 'retry', error: { code: `http_${status}` } });
      expect(verdict).not.toHaveProperty('afterMs');
    },
  );

  it.each([
    [429, '7', 7_000],
    [503, '0', 0],
    [503, 'Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    [429, 'Thu, 01 Jan 2026 00:00:00 GMT', 0],
    [429, '999999999', 24 * 60 * 60_000],
    [503, 'soon', undefined],
    [503, '-5', undefined],
    [429, '1.5', undefined],
    [500, '7', undefined],
    [409, '7', undefined],
  ])('waits after %d with Retry-After: %s %s ms', (status, retryAfter, afterMs) => {
    const verdict = decideCall(answered(status, { retryAfter }), now);
    expect(verdict).toMatchObject({ kind: 'retry' });
    if (afterMs === undefined) expect(verdict).not.toHaveProperty('afterMs');
    else expect(verdict).toMatchObject({ afterMs });
  });

  it.each([
    [500, 'false', 'refused'],
    [503, 'false', 'refused'],
    [429, 'false', 'refused'],
    [400, 'true', 'retry'],
    [404, 'true', 'retry'],
    [400, 'perhaps', 'refused'],
    [500, '', 'retry'],
  ])('follows x-should-retry where it says true or false: %d, %s', (status, shouldRetry, kind) => {
    expect(decideCall(answered(status, { shouldRetry }), now).kind).toBe(kind);
  });

  it('tells the begin of the answer, on one line and without control characters', () => {
    const text = `<h1>\n\u0000Bad\tGateway ${'x'.repeat(10_000)}`;
    const verdict = decideCall(answered(502, { text }), now);
    const { message } = (verdict as { error: { message: string } }).error;
    expect(message).toMatch(/^The server answered 502: <h1> Bad Gateway x+$/);
    expect(message.length).toBeLessThan(400);
  });

  it('says of a redirect that it is not followed', () => {
    expect(decideCall(answered(302), now)).toMatchObject({
      error: { message: expect.stringContaining('redirects are not followed') },
    });
  });
});

describe('what follows without an answer', () => {
  it('is a retry by the ladder after a time-out or a broken connection, and none for a URL that is refused', () => {
    const verdicts = [
      { kind: 'timed-out', timeoutMs: 50 } as const,
      { kind: 'failed', cause: 'ECONNREFUSED' } as const,
      { kind: 'forbidden', error: new Error('No.') } as const,
    ].map((ending) => decideCall(ending, now));
    expect(verdicts).toEqual([
      { kind: 'retry', error: { code: 'call_timeout', message: expect.stringContaining('50 ms') } },
      { kind: 'retry', error: { code: 'call_failed', message: expect.stringContaining('ECONNREFUSED') } },
      { kind: 'refused', error: { code: 'url_refused', message: 'No.' } },
    ]);
  });
});
