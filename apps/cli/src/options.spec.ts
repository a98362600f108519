import { describe, expect, it } from '@jest/globals';
import { readJson, readTime } from './options.js';

describe('a time in an option', () => {
  it.each([
    ['2026-01-31T06:00:00Z', '2026-01-31T06:00:00.000Z'],
    ['2026-01-31T06:00', '2026-01-31T06:00:00.000Z'],
    ['2026-01-31 06:00', '2026-01-31T06:00:00.000Z'],
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T06:00:00.25+01:00', '2026-01-31T05:00:00.250Z'],
    ['2026-01-31 06:00 -0330', '2026-01-31T09:30:00.000Z'],
  ])('reads %s as %s', (text, time) => expect(readTime(text)).toBe(time));

  it.each(['5', '', 'yesterday', '31.01.2026', '2026-13-01', '2026-01-31T25:00', 'Jan 31 2026'])(
    'refuses "%s"',
    (text) => expect(() => readTime(text)).toThrow('Write a time like'),
  );
});

describe('JSON in an option', () => {
  it('is read, or refused with its place', () => {
    expect(readJson('{"width": 64}')).toEqual({ width: 64 });
    expect(() => readJson('{width: 64}')).toThrow('That is not JSON: line 1, column 2');
    expect(() => readJson('@/dev/zero')).toThrow('larger than 256 KiB');
  });
});
