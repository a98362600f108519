import { describe, expect, it } from '@jest/globals';
import { pauseBeforeRetry } from './retry-pause.js';

describe('the pause before a call is made again', () => {
  const now = Date.UTC(2026, 0, 2, 3, 4, 5);

  it.each([
    [1, 0, 100],
    [1, 1, 200],
    [3, 0, 400],
    [40, 1, 5_000],
  ])('lasts after %d tries, at random %d, %d ms', (tries, random, pause) => {
    expect(pauseBeforeRetry(tries, null, random, now)).toBe(pause);
  });

  it.each([
    ['2', 2_000],
    ['0', 100],
    ['-1', 100],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 100],
    ['soon', 100],
  ])('lasts with Retry-After: %s %d ms', (header, pause) => {
    expect(pauseBeforeRetry(1, header, 0, now)).toBe(pause);
  });
});
