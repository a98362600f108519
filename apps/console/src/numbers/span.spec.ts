import { describe, expect, it } from '@jest/globals';
import { writeSpan } from './span.js';

describe('a span of time', () => {
  it.each([
    [-5, '0 ms'],
    [240.4, '240 ms'],
    [3_210, '3.2 s'],
    [42_900, '43 s'],
    [60_000, '1 min'],
    [95_000, '1 min 35 s'],
    [14 * 60_000, '14 min'],
    [125 * 60_000, '2 h 5 min'],
    [50 * 3_600_000, '2 d 2 h'],
    [400 * 86_400_000, '400 d'],
  ])('is written for people: %d ms as %s', (ms, text) => {
    expect(writeSpan(ms)).toBe(text);
  });
});
