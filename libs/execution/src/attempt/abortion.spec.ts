import { describe, expect, it } from '@jest/globals';
import { Abortion } from './abortion.js';

const [first, second] = [new Error('first'), new Error('second')];

describe('Abortion', () => {
  it('aborts the signal that somebody holds, once', () => {
    const abortion = new Abortion();
    const { signal } = abortion;
    let calls = 0;
    signal.addEventListener('abort', () => calls++);
    expect([signal.aborted, abortion.hasHappened]).toEqual([false, false]);
    abortion.abort(first);
    abortion.abort(second);
    expect([signal.aborted, signal.reason, calls, abortion.hasHappened]).toEqual([true, first, 1, true]);
    expect(abortion.signal).toBe(signal);
  });

  it('shows whoever comes later that it has happened', () => {
    const abortion = new Abortion();
    abortion.abort(first);
    expect(abortion.signal.aborted).toBe(true);
    expect(abortion.signal.reason).toBe(first);
    expect(abortion.signal).toBe(abortion.signal);
  });
});
