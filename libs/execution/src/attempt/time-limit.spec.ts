import { describe, expect, it } from '@jest/globals';
import { LazyAbort } from './lazy-abort.js';
import { runWithin } from './time-limit.js';

const limit = { timeoutMs: 20, graceMs: 20 };
const whenAborted = (lazyAbort: LazyAbort) =>
  new Promise((resolve) => lazyAbort.signal.addEventListener('abort', resolve));

describe('runWithin', () => {
  it('gives the result of the work, at once or later', async () => {
    const plain = await runWithin(limit, new LazyAbort(), () => 1);
    const later = await runWithin(limit, new LazyAbort(), async () => 2);
    expect([plain, later]).toEqual([
      { kind: 'returned', result: 1 },
      { kind: 'returned', result: 2 },
    ]);
  });

  it('gives the error of the work, at once or later', async () => {
    const error = new Error('no');
    const fail = (): never => {
      throw error;
    };
    expect(await runWithin(limit, new LazyAbort(), fail)).toEqual({ kind: 'threw', thrown: error });
    expect(await runWithin(limit, new LazyAbort(), async () => fail())).toEqual({
      kind: 'threw',
      thrown: error,
    });
  });

  it('aborts with a TimeoutError, after which an error counts as a timeout', async () => {
    const lazyAbort = new LazyAbort();
    const ended = await runWithin(limit, lazyAbort, async () => {
      await whenAborted(lazyAbort);
      throw new Error('aborted');
    });
    expect(ended).toEqual({ kind: 'timed-out' });
    expect(lazyAbort.signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('takes a result within the grace', async () => {
    const lazyAbort = new LazyAbort();
    const ended = await runWithin(limit, lazyAbort, async () => {
      await whenAborted(lazyAbort);
      return 'late';
    });
    expect(ended).toEqual({ kind: 'returned', result: 'late' });
  });

  it('does not wait beyond the grace', async () => {
    const ended = await runWithin(limit, new LazyAbort(), () => new Promise<never>(() => undefined));
    expect(ended).toEqual({ kind: 'timed-out' });
  });

  it('ends in the same way after another abort', async () => {
    const [lazyAbort, stop] = [new LazyAbort(), new AbortController()];
    const long = { timeoutMs: 60_000, graceMs: 20 };
    const ended = runWithin(long, lazyAbort, () => new Promise(() => undefined), stop.signal);
    stop.abort(new Error('enough'));
    expect(await ended).toEqual({ kind: 'timed-out' });
    expect(lazyAbort.signal.reason).toMatchObject({ message: 'enough' });
  });

  it('ends at once by a failure outside the work, which then has no other ending', async () => {
    const lazyAbort = new LazyAbort();
    const error = new Error('stray');
    const ended = runWithin(limit, lazyAbort, () => whenAborted(lazyAbort));
    await Promise.resolve();
    lazyAbort.fail(error);
    expect(await ended).toEqual({ kind: 'threw', thrown: error });
    expect(lazyAbort.signal.reason).toMatchObject({ name: 'AbortError' });
  });

  it('starts aborted when its signal has aborted before', async () => {
    const lazyAbort = new LazyAbort();
    const long = { timeoutMs: 60_000, graceMs: 20 };
    const stop = AbortSignal.abort(new Error('too late'));
    expect(await runWithin(long, lazyAbort, () => lazyAbort.signal.aborted, stop)).toEqual({
      kind: 'returned',
      result: true,
    });
  });

  it('takes limits longer than a timer can wait', async () => {
    const ended = await runWithin({ timeoutMs: 2 ** 40, graceMs: 0 }, new LazyAbort(), () => 1);
    expect(ended).toEqual({ kind: 'returned', result: 1 });
  });
});
