import { describe, expect, it } from '@jest/globals';
import { uniquePolicyOf, type UniqueOptions, type UniquePolicy } from '@jobstream/contracts';
import { decideKey, type KeyHolder } from './decide-key.js';

const waiting: KeyHolder = { jobId: 'first', isOver: false, isPending: false, isReplaceable: true };
const gone: KeyHolder = { ...waiting, isReplaceable: false };

function decide(holder: KeyHolder | undefined, options: UniqueOptions, jobId = 'second') {
  return decideKey(holder, { jobId, policy: uniquePolicyOf(options) as UniquePolicy });
}

describe('the decision about a unique key', () => {
  it('gives a free key to whoever asks', () => {
    for (const onConflict of ['return', 'replace', 'reject'] as const)
      expect(decide(undefined, { onConflict })).toBe('take');
    expect(decide(undefined, { debounce: '10s' })).toBe('take');
  });

  it.each([
    ['return', waiting, 'return'],
    ['return', gone, 'return'],
    ['replace', waiting, 'replace'],
    ['replace', gone, 'reject'],
    ['reject', waiting, 'reject'],
    ['reject', gone, 'reject'],
  ] as const)('follows %s', (onConflict, holder, decision) => {
    expect(decide(holder, { onConflict })).toBe(decision);
  });

  it('begins another debounced job once the first one has left its wait', () => {
    expect(decide(waiting, { debounce: '10s' })).toBe('replace');
    expect(decide(gone, { debounce: '10s' })).toBe('take');
  });

  it('gives a key whose time is over to whoever asks', () => {
    expect(decide({ ...gone, isOver: true }, { onConflict: 'reject' })).toBe('take');
  });

  it('waits while nobody knows whether the log will have the holder', () => {
    for (const options of [{}, { onConflict: 'reject' }, { debounce: '10s' }] as UniqueOptions[])
      expect(decide({ ...waiting, isPending: true }, options)).toBe('wait');
  });

  it('lets a job that holds the key be sent again', () => {
    expect(decide({ ...gone, isPending: true }, { onConflict: 'reject' }, 'first')).toBe('repeat');
  });
});

describe('the policy of a unique key', () => {
  it('has defaults', () => {
    expect(uniquePolicyOf({})).toEqual({ hold: 'unfinished', onConflict: 'return' });
    expect(uniquePolicyOf({ for: '1h' })).toEqual({ hold: { forMs: 3_600_000 }, onConflict: 'return' });
    expect(uniquePolicyOf({ debounce: '2s' })).toEqual({
      hold: 'waiting',
      onConflict: 'replace',
      debounce: { quietMs: 2_000, maxMs: 20_000 },
    });
  });

  it.each([
    [{ max: '10s' }, 'max'],
    [{ debounce: '10s', max: '9s' }, 'max'],
    [{ debounce: '0s' }, 'debounce'],
    [{ debounce: '366d' }, 'debounce'],
    [{ debounce: '1s', for: 'unfinished' }, 'for'],
    [{ debounce: '1s', onConflict: 'return' }, 'onConflict'],
    [{ for: '0s' }, 'for'],
    [{ for: '366d' }, 'for'],
  ] as const)('refuses %j', (options, field) => {
    expect(uniquePolicyOf(options)).toMatchObject({ field });
  });
});
