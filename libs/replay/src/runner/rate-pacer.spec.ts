import { describe, expect, it } from '@jest/globals';
import { RatePacer } from './rate-pacer.js';

/** Counts the work of one second at this rate, where the work itself takes no time. */
function secondAt(rate: number, from = 0): { done: number; slices: number } {
  let now = from;
  const pacer = new RatePacer(rate, () => now);
  let done = 0;
  let slices = 0;
  now += pacer.waitMs;
  while (now < from + 1_000) {
    done += pacer.slice;
    slices += 1;
    pacer.spend(pacer.slice);
    now += pacer.waitMs;
  }
  return { done, slices };
}

describe('the pacer of a replay', () => {
  it.each([1, 7, 100, 1_000, 10_000])('lets %d pieces of work pass a second, evenly', (rate) => {
    const { done, slices } = secondAt(rate);
    expect(done).toBeGreaterThanOrEqual(rate);
    expect(done).toBeLessThanOrEqual(rate * 1.25 + 1);
    expect(slices).toBeGreaterThanOrEqual(Math.min(rate, 10));
  });

  it('allows no burst after a pause', () => {
    let now = 0;
    const pacer = new RatePacer(100, () => now);
    pacer.spend(pacer.slice);
    now = 60_000;
    let atOnce = 0;
    while (pacer.waitMs === 0) {
      pacer.spend(pacer.slice);
      atOnce += pacer.slice;
    }
    expect(atOnce).toBeLessThanOrEqual(20);
  });
});
