import { describe, expect, it } from '@jest/globals';
import { readRetryAfter } from './retry-after.js';

const now = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('a Retry-After header', () => {
  it.each([
    ['0', 0],
    ['7', 7_000],
    ['999999999', 999_999_999_000],
    ['Fri, 02 Jan 2026 03:04:35 GMT', 30_000],
    ['Thu, 01 Jan 2026 00:00:00 GMT', 0],
  ])('is seconds or a date of HTTP: %s', (header, afterMs) => {
    expect(readRetryAfter(header, now)).toBe(afterMs);
  });

  it.each([
    '',
    '-1',
    '-5',
    '1.5',
    ' 5',
    '5 ',
    '1e3',
    '5s',
    'soon',
    '2027-01-01',
    '9999999999',
    'Fri, 02 Jan 2026 03:04:35',
    'Fri, 02 Jan 2026 03:04:35 +0100',
    'Fri, 99 Jan 2026 99:04:35 GMT',
  ])('asks for nothing where it is neither: %j', (header) => {
    expect(readRetryAfter(header, now)).toBeUndefined();
  });
});
