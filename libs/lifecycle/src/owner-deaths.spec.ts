import { describe, expect, it } from '@jest/globals';
import { isDoomed, maxOwnerDeaths } from './owner-deaths.js';

describe('isDoomed', () => {
  it.each([
    ['rerun', 0, false],
    ['rerun', 1, false],
    ['rerun', maxOwnerDeaths - 1, false],
    ['rerun', maxOwnerDeaths, true],
    ['rerun', maxOwnerDeaths + 1, true],
    ['dead-letter', 0, false],
    ['dead-letter', 1, true],
    ['dead-letter', maxOwnerDeaths, true],
  ] as const)('%s after %i deaths, where suspects run in the worker: %s', (policy, deaths, doomed) => {
    expect(isDoomed(deaths, policy, false)).toBe(doomed);
  });

  it.each([
    ['rerun', maxOwnerDeaths + 1, false],
    ['dead-letter', 0, false],
    ['dead-letter', 1, true],
  ] as const)('%s after %i deaths, where suspects run apart: %s', (policy, deaths, doomed) => {
    expect(isDoomed(deaths, policy, true)).toBe(doomed);
  });
});
