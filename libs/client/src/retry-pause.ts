import { readRetryAfter } from '@jobstream/contracts/rest';

const minMs = 200;
const maxMs = 5_000;

/**
 * Milliseconds before a call is made again: the time that the server asked for, otherwise 200 ms, doubled each time up to 5 s. The
 * latter half of that is random, so that many clients do not come back at once.
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
  const asked = retryAfter === null ? undefined : readRetryAfter(retryAfter, now);
  if (asked !== undefined) return asked;
  return Math.min(minMs * 2 ** (tries - 1), maxMs) * (0.5 + random / 2);
}
