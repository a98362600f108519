import type { RetryAfterError } from '@jobstream/contracts';
import type { RetryWish } from '@jobstream/lifecycle';

/**
 * Whether a thrown value asks for a retry. An error with `retryable: false` is not retried, whatever library it comes from. A
 * RetryAfterError names the delay. All else is retried by the ladder, but no earlier than after its `retryAtLeastMs` where it has
 * that: it is for what another server asked, which may be cut short where a job can't wait so long.
 */
export function retryWishOf(thrown: unknown): RetryWish {
  if (!(thrown instanceof Error)) return 'by-ladder';
  if ('retryable' in thrown && thrown.retryable === false) return 'never';
  if (isRetryAfter(thrown)) return { afterMs: thrown.delayMs };
  return 'retryAtLeastMs' in thrown && typeof thrown.retryAtLeastMs === 'number'
    ? { atLeastMs: thrown.retryAtLeastMs }
    : 'by-ladder';
}

/** By its name: each export of a package has a class of its own. */
function isRetryAfter(thrown: Error): thrown is RetryAfterError {
  return thrown.name === 'RetryAfterError' && 'delayMs' in thrown && typeof thrown.delayMs === 'number';
}
