import { describe, expect, it } from '@jest/globals';
import { formatDelay, parseDuration } from './duration.js';

describe('durations', () => {
  it.each([
    ['500ms', 500],
    ['60s', 60_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['7d', 604_800_000],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '10', 's', '-1s', '1.5s', '1 s', '1w', '1s2s', '9999999999s'])(
    'refuses "%s" and shows the forms',
    (text) => expect(() => parseDuration(text)).toThrow(/500ms, 60s, 10m/),
  );

  it('writes delays in whole seconds when that is exact', () => {
    expect([formatDelay(60_000), formatDelay(500), formatDelay(1_500)]).toEqual(['60s', '500ms', '1500ms']);
  });
});
