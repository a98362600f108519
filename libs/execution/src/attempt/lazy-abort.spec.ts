import { describe, expect, it } from '@jest/globals';
import { LazyAbort } from './lazy-abort.js';

const [first, second] = [new Error('first'), new Error('second')];

describe('LazyAbort', () => {
  it('aborts its signal once', () => {
    const lazyAbort = new LazyAbort();
    const { signal } = lazyAbort;
    let calls = 0;
    signal.addEventListener('abort', () => calls++);
    expect([signal.aborted, lazyAbort.hasHappened]).toEqual([false, false]);
    lazyAbort.abort(first);
    lazyAbort.abort(second);
    expect([signal.aborted, signal.reason, calls, lazyAbort.hasHappened]).toEqual([true, first, 1, true]);
    expect(lazyAbort.signal).toBe(signal);
  });

  it('gives an aborted signal after the abort', () => {
    const lazyAbort = new LazyAbort();
    lazyAbort.abort(first);
    expect(lazyAbort.signal.aborted).toBe(true);
    expect(lazyAbort.signal.reason).toBe(first);
    expect(lazyAbort.signal).toBe(lazyAbort.signal);
  });
});
