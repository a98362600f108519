import { describe, expect, it } from '@jest/globals';
import { retryUntil } from './retry.js';

/** Work that fails so often. */
function failing(times: number, signal: AbortSignal) {
  const failures: unknown[] = [];
  let tries = 0;
  return {
    failures,
    options: { signal, minPauseMs: 1, maxPauseMs: 2, onFailure: (error: unknown) => failures.push(error) },
    work: async () => {
      tries += 1;
      if (tries <= times) throw new Error(`try ${tries}`);
    },
  };
}

describe('retryUntil', () => {
  it('tries until it succeeds, and tells of each failure', async () => {
    const { work, failures, options } = failing(3, new AbortController().signal);
    await retryUntil(work, options);
    expect(failures).toEqual([new Error('try 1'), new Error('try 2'), new Error('try 3')]);
  });

  it('throws an error that another try can not mend', async () => {
    const { work, failures, options } = failing(3, new AbortController().signal);
    const isTransient = (error: unknown) => (error as Error).message !== 'try 2';
    await expect(retryUntil(work, { ...options, isTransient })).rejects.toThrow('try 2');
    expect(failures).toEqual([new Error('try 1')]);
  });

  it('ends without an error as soon as its signal aborts', async () => {
    const stopping = new AbortController();
    const { work, options } = failing(Infinity, stopping.signal);
    const onFailure = () => stopping.abort();
    await retryUntil(work, { ...options, minPauseMs: 60_000, maxPauseMs: 60_000, onFailure });
  });
});
