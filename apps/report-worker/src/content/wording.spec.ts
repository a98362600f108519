import { describe, expect, it } from '@jest/globals';
import { countText, dateText, dayText, durationText, shareText, timeText } from './wording.js';

describe('the words of a report', () => {
  it.each([
    [0, '0 ms'],
    [339.6, '340 ms'],
    [2_449, '2.4 s'],
    [59_949, '59.9 s'],
    [59_960, '1 min 0 s'],
    [185_000, '3 min 5 s'],
    [7_800_000, '2 h 10 min'],
    [3_599_999, '1 h 0 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  it.each([
    [0, 0, '–'],
    [0, 5, '0 %'],
    [1, 1_000, '0.1 %'],
    [1, 3, '33 %'],
    [5, 5, '100 %'],
  ])('%d of %d is %s', (part, whole, text) => {
    expect(shareText(part, whole)).toBe(text);
  });

  it('writes counts and times', () => {
    const time = new Date('2026-11-02T23:04:59.000Z');
    expect(countText(1_234_567)).toBe('1,234,567');
    expect(timeText(time)).toBe('2 Nov 2026, 23:04 UTC');
    expect(dateText(time)).toBe('2 Nov 2026');
    expect(dayText('2026-11-02')).toBe('2 Nov');
  });
});
