import type { RetryAfterError } from '@jobstream/contracts';
import type { RetryWish } from '@jobstream/lifecycle';

/**
 * Whether a thrown value asks for a retry. An error with `retryable: false` is not retried, whatever library it comes from. All
 * else is retried by the ladder, unless it names a delay.
 */
export function retryWishOf(thrown: unknown): RetryWish {
  if (!(thrown instanceof Error)) return 'by-ladder';
  if ('retryable' in thrown && thrown.retryable === false) return 'never';
  return isRetryAfter(thrown) ? { afterMs: thrown.delayMs } : 'by-ladder';
}

/** By its name: each export of a package has a class of its own. */
function isRetryAfter(thrown: Error): thrown is RetryAfterError {
  return thrown.name === 'RetryAfterError' && 'delayMs' in thrown && typeof thrown.delayMs === 'number';
}
