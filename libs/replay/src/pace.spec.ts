import { describe, expect, it } from '@jest/globals';
import { Pace } from './pace.js';

/** What a second of work comes to at this rate, where work itself takes no time. */
function secondAt(rate: number, from = 0): { done: number; slices: number } {
  let now = from;
  const pace = new Pace(rate, () => now);
  let done = 0;
  let slices = 0;
  now += pace.waitMs;
  while (now < from + 1_000) {
    done += pace.slice;
    slices += 1;
    pace.spend(pace.slice);
    now += pace.waitMs;
  }
  return { done, slices };
}

describe('Pace', () => {
  it.each([1, 7, 100, 1_000, 10_000])('does %d a second, evenly', (rate) => {
    const { done, slices } = secondAt(rate);
    expect(done).toBeGreaterThanOrEqual(rate);
    expect(done).toBeLessThanOrEqual(rate * 1.25 + 1);
    expect(slices).toBeGreaterThanOrEqual(Math.min(rate, 10));
  });

  it('makes up for no pause', () => {
    let now = 0;
    const pace = new Pace(100, () => now);
    pace.spend(pace.slice);
    now = 60_000;
    let atOnce = 0;
    while (pace.waitMs === 0) {
      pace.spend(pace.slice);
      atOnce += pace.slice;
    }
    expect(atOnce).toBeLessThanOrEqual(20);
  });
});
