import { describe, expect, it } from '@jest/globals';
import { laneFor, retryDelay } from './retry-policy.js';

describe('retryDelay', () => {
  it('takes the rung of the attempt that failed', () => {
    expect([1, 2, 3].map((attempt) => retryDelay([1_000, 5_000, 15_000], attempt))).toEqual([
      1_000, 5_000, 15_000,
    ]);
  });

  it('repeats the last rung for attempts beyond the ladder', () => {
    expect(retryDelay([1_000, 5_000], 7)).toBe(5_000);
  });

  it('is 0 without a ladder', () => {
    expect(retryDelay([], 1)).toBe(0);
  });
});

describe('laneFor', () => {
  const lanes = [15_000, 1_000, 5_000];

  it.each([
    [0, 1_000],
    [1_000, 1_000],
    [1_001, 5_000],
    [15_000, 15_000],
  ])('serves %i ms by the lane of %i ms', (delay, lane) => {
    expect(laneFor(delay, lanes)).toBe(lane);
  });

  it('finds no lane for a delay beyond the longest, or without lanes', () => {
    expect(laneFor(15_001, lanes)).toBeUndefined();
    expect(laneFor(1_000, [])).toBeUndefined();
  });
});
