import { describe, expect, it } from '@jest/globals';
import { asConsoleRequests, shiftTimes } from './recorded-requests.js';

describe('the requests of a recorded page', () => {
  it('are repeated where the page repeats them, whatever the times in them, and files are left out', () => {
    const sent = (path: string, at: number) => ({ method: 'GET', url: `http://localhost:3000${path}`, at });
    const requests = [
      sent('/console', 90),
      sent('/console/assets/a.js', 95),
      sent('/v1/live', 99),
      sent('/v1/counts', 100),
      sent('/v1/counts?since=2026-01-01T00:00:00.000Z', 101),
      sent('/v1/counts', 200),
      sent('/v1/counts?since=2026-01-01T00:00:01.000Z', 201),
      sent('/v1/counts', 1_200),
    ];
    expect(asConsoleRequests(requests, { began: 100, periodMs: 1_000, recordedAt: 7 })).toEqual({
      once: ['/v1/live'],
      repeated: [
        { path: '/v1/counts', atMs: 0 },
        { path: '/v1/counts?since=2026-01-01T00:00:00.000Z', atMs: 1 },
        { path: '/v1/counts', atMs: 100 },
        { path: '/v1/counts?since=2026-01-01T00:00:01.000Z', atMs: 101 },
      ],
      periodMs: 1_000,
      recordedAt: 7,
    });
  });

  it.each([
    ['2026-01-01T00:00:00.123Z', 61_234, '2026-01-01T00:01:01.357Z'],
    ['2026-01-01T00:01:00.000Z', 61_234, '2026-01-01T00:02:00.000Z'],
    ['2026-01-01T00:01:30.000Z', 19_999, '2026-01-01T00:01:40.000Z'],
  ])('move on with the time, and stay rounded: %s by %i ms', (time, byMs, shifted) => {
    const path = (since: string) => `/v1/counts?since=${encodeURIComponent(since)}&limit=5`;
    expect(shiftTimes(path(time), byMs)).toBe(path(shifted));
  });
});
