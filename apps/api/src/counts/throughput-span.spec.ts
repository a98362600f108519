import { describe, expect, it } from '@jest/globals';
import { decideSpan, showThroughput } from './throughput-span.js';

const now = Date.parse('2026-11-30T12:00:07.500Z');
const ago = (ms: number) => new Date(now - ms);

describe('the span of a throughput', () => {
  it('is the last 15 minutes in parts of 10 seconds unless asked otherwise', () => {
    expect(decideSpan({}, now)).toEqual({
      since: Date.parse('2026-11-30T11:45:00Z'),
      until: now,
      stepMs: 10_000,
    });
  });

  it.each([
    [60_000, 10_000],
    [3_600_000, 60_000],
    [24 * 3_600_000, 600_000],
  ])('takes few parts where no step is asked for: %d ms', (span, stepMs) => {
    expect(decideSpan({ since: ago(span) }, now).stepMs).toBe(stepMs);
  });

  it('begins a day ago where an earlier time is asked for', () => {
    expect(decideSpan({ since: new Date(0), step: '1h' }, now).since).toBe(
      Date.parse('2026-11-29T12:00:00Z'),
    );
  });

  it('refuses more parts than an answer may have, and says where', () => {
    expect(() => decideSpan({ since: ago(86_400_000), step: '10s' }, now)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });

  it('refuses a time in the future', () => {
    expect(() => decideSpan({ since: new Date(now + 1_000) }, now)).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    );
  });
});

describe('the answer', () => {
  it('has every part of the span, and what they add up to', () => {
    const span = { since: now - 7_500 - 20_000, until: now, stepMs: 10_000 };
    const counts = { accepted: 3, succeeded: 2, dead_lettered: 1, expired: 0, cancelled: 0, retried: 4 };
    const { items, totals } = showThroughput(span, [
      { at: new Date(span.since), ...counts },
      { at: new Date(span.since + 20_000), ...counts },
    ]);
    expect(items.map(({ at, accepted }) => [at, accepted])).toEqual([
      ['2026-11-30T11:59:40.000Z', 3],
      ['2026-11-30T11:59:50.000Z', 0],
      ['2026-11-30T12:00:00.000Z', 3],
    ]);
    expect(totals).toEqual({ ...counts, accepted: 6, succeeded: 4, dead_lettered: 2, retried: 8 });
  });
});
