import { describe, expect, it } from '@jest/globals';
import { idealMs } from './ideal-schedule.js';

const job = (key: string, ms: number) => ({ key, ms });

describe('idealMs', () => {
  it('is bounded by the slots', () => {
    expect(idealMs([job('a', 4), job('b', 4), job('c', 4)], 3)).toBe(4);
    expect(idealMs([job('a', 4), job('b', 4), job('c', 4)], 2)).toBe(8);
    expect(idealMs([], 2)).toBe(0);
  });

  it('is bounded by the line of a key, which holds up no other', () => {
    expect(idealMs([job('a', 3), job('a', 3), job('b', 5)], 2)).toBe(6);
    expect(idealMs([job('a', 0), job('a', 0), job('a', 2)], 1)).toBe(2);
  });
});
