import { RetryAfterError } from '@jobstream/contracts';
import type { RetryWish } from '@jobstream/lifecycle';

/**
 * Whether a thrown value asks for a retry. An error with `retryable: false` is not retried, whatever library it comes from. All
 * else is retried by the ladder, unless it names a delay.
 */
export function retryWishOf(thrown: unknown): RetryWish {
  if (thrown instanceof Error && 'retryable' in thrown && thrown.retryable === false) return 'never';
  if (thrown instanceof RetryAfterError) return { afterMs: thrown.delayMs };
  return 'by-ladder';
}
