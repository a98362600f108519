import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { inTime } from './in-time.js';

describe('inTime', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  const never = new Promise<string>(() => undefined);

  it('returns an answer that comes in time, and leaves no timer behind', async () => {
    expect(await inTime(Promise.resolve('here'), 100)).toBe('here');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('returns undefined once the time is over', async () => {
    const answer = inTime(never, 100);
    await jest.advanceTimersByTimeAsync(99);
    expect(jest.getTimerCount()).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(await answer).toBeUndefined();
  });

  it('rejects as the question does, and leaves no timer behind', async () => {
    await expect(inTime(Promise.reject(new Error('away')), 100)).rejects.toThrow('away');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('ignores a rejection that comes too late', async () => {
    let refuse: (error: Error) => void = () => undefined;
    const answer = inTime(new Promise<void>((_, reject) => (refuse = reject)), 100);
    await jest.advanceTimersByTimeAsync(100);
    refuse(new Error('too late'));
    expect(await answer).toBeUndefined();
  });

  it.each([0, -5])('waits no longer than one turn of the event loop with %d ms', async (ms) => {
    const answer = inTime(never, ms);
    await jest.advanceTimersByTimeAsync(0);
    expect(await answer).toBeUndefined();
  });
});
