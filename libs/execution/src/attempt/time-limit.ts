import type { LazyAbort } from './lazy-abort.js';

/** How long an attempt may take, and the time it has to return after it was told to stop. */
export interface TimeLimit {
  readonly timeoutMs: number;
  readonly graceMs: number;
}

/** How work within a time limit ended. `timed-out` also if it threw after it was told to stop. */
export type LimitedEnding<Result> =
  | { readonly kind: 'returned'; readonly result: Result }
  | { readonly kind: 'threw'; readonly thrown: unknown }
  | { readonly kind: 'timed-out' };

/** The longest time that `setTimeout` takes: about 24 days. */
const maxTimerMs = 2 ** 31 - 1;

/**
 * Calls `work` and aborts it (`TimeoutError`) when its time is over. A result within the grace still counts; a later one is ignored.
 * An abort for another reason ends its time in the same way. A failure told to `lazyAbort` ends it at once.
 * @param stop aborts the work with its own reason; it may be aborted already
 */
export function runWithin<Result>(
  limit: TimeLimit,
  lazyAbort: LazyAbort,
  work: () => Promise<Result> | Result,
  stop?: AbortSignal,
): Promise<LimitedEnding<Result>> {
  return new Promise((resolve) => {
    let timer = setTimeout(
      () => lazyAbort.abort(new DOMException(`The attempt took ${limit.timeoutMs} ms.`, 'TimeoutError')),
      Math.min(limit.timeoutMs, maxTimerMs),
    );
    lazyAbort.whenHappening = () => {
      clearTimeout(timer);
      timer = setTimeout(() => resolve({ kind: 'timed-out' }), limit.graceMs);
    };
    lazyAbort.whenFailing = (thrown) => end({ kind: 'threw', thrown });
    const forward = () => lazyAbort.abort(stop!.reason as Error);
    if (stop?.aborted) forward();
    else stop?.addEventListener('abort', forward);
    const end = (ending: LimitedEnding<Result>) => {
      clearTimeout(timer);
      resolve(ending);
    };
    callAsync(work).then(
      (result) => end({ kind: 'returned', result }),
      (thrown: unknown) => end(lazyAbort.hasHappened ? { kind: 'timed-out' } : { kind: 'threw', thrown }),
    );
  });
}

async function callAsync<Result>(work: () => Promise<Result> | Result): Promise<Result> {
  return work();
}
