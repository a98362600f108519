import { readRetryAfter } from '@jobstream/contracts/rest';

const minMs = 200;
const maxMs = 5_000;

/**
 * Milliseconds before a call is made again: 200 ms, doubled each time up to 5 s, and no less than the server asked for. The
 * latter half of the doubled time is random, so that many clients do not come back at once.
 * @param tries calls made so far, from 1
 * @param retryAfter the `Retry-After` header, if there was one
 * @param random from 0 to below 1
 * @param now milliseconds since 1970
 */
export function pauseBeforeRetry(
  tries: number,
  retryAfter: string | null,
  random: number,
  now: number,
): number {
  const ownMs = Math.min(minMs * 2 ** (tries - 1), maxMs) * (0.5 + random / 2);
  const askedMs = (retryAfter === null ? undefined : readRetryAfter(retryAfter, now)) ?? 0;
  return Math.max(ownMs, askedMs);
}
