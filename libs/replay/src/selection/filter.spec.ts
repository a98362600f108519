import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { isNaming, meetsFailure, meetsPattern, meetsRecord } from './filter.js';

const id = newJobId();
const run = {
  id,
  recordedAt: 1_000_000,
  request: {
    v: 1 as const,
    id,
    type: 'probe.run',
    queue: 'probe',
    payload: {},
    priority: 'normal' as const,
    maxAttempts: 4,
  },
};

describe('a filter', () => {
  it('meets every run when it has no conditions', () => {
    expect(meetsRecord({}, run, 2_000_000)).toBe(true);
    expect(meetsFailure({}, undefined)).toBe(true);
  });

  it('meets runs by type, id and age', () => {
    expect(meetsRecord({ type: 'probe.run', ids: [id], olderThan: 1_000_000 }, run, 2_000_000)).toBe(true);
    expect(meetsRecord({ type: 'image.thumbnail' }, run, 2_000_000)).toBe(false);
    expect(meetsRecord({ ids: [newJobId()] }, run, 2_000_000)).toBe(false);
    expect(meetsRecord({ olderThan: 1_000_001 }, run, 2_000_000)).toBe(false);
  });

  it('meets runs by their failure', () => {
    const failure = { reason: 'exhausted', error: { code: 'timeout', message: 'No answer in 5 s' } } as const;
    expect(meetsFailure({ reason: 'exhausted', errorCode: 'timeout', message: 'ANSWER in' }, failure)).toBe(
      true,
    );
    expect(meetsFailure({ reason: 'parked' }, failure)).toBe(false);
    expect(meetsFailure({ errorCode: 'refused' }, failure)).toBe(false);
    expect(meetsFailure({ message: 'refused' }, failure)).toBe(false);
    expect(meetsFailure({ errorCode: 'timeout' }, undefined)).toBe(false);
  });

  it('names jobs by id, or by the reason parked', () => {
    expect([{}, { reason: 'exhausted' as const }, { type: 'x' }].map(isNaming)).toEqual([
      false,
      false,
      false,
    ]);
    expect([{ ids: [id] }, { reason: 'parked' as const }].map(isNaming)).toEqual([true, true]);
  });
});

describe('a pattern of a filter', () => {
  it.each([
    ['connect', 'Connect to host', true],
    ['connect*refused', 'connect ECONNREFUSED: refused', true],
    ['refused*connect', 'connect refused', false],
    ['aa*aa', 'aaa', false],
    ['*', '', true],
    ['.*', 'abc', false],
    ['', 'abc', true],
  ])('%j meets %j: %j', (pattern, text, expected) => {
    expect(meetsPattern(pattern, text)).toBe(expected);
  });

  it('takes no longer when it is hostile', () => {
    const started = performance.now();
    expect(meetsPattern('*a'.repeat(250), 'a'.repeat(249))).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
