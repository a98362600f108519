import { describe, expect, it } from '@jest/globals';
import { timeWriter } from './time-writer.js';

describe('a time writer', () => {
  it('writes times as Date does, also the same time again', () => {
    const write = timeWriter();
    for (const ms of [0, 0, 1_645_557_742_000, 1_645_557_742_001, 1_645_557_742_001, 0, -1]) {
      expect(write(ms)).toBe(new Date(ms).toISOString());
    }
  });

  it('throws for an invalid time, and still writes the next one', () => {
    const write = timeWriter();
    expect(write(5)).toBe('1970-01-01T00:00:00.005Z');
    expect(() => write(NaN)).toThrow(RangeError);
    expect(() => write(8.65e15)).toThrow(RangeError);
    expect(write(5)).toBe('1970-01-01T00:00:00.005Z');
  });
});
