import type { RateLimit } from '@jobstream/contracts';

/** What is left of a limit, and when that was so. Times are milliseconds of any steady clock. */
export interface TokenBucket {
  readonly tokens: number;
  readonly at: number;
}

/** What became of one request under its limit. */
export interface TokenTaken {
  readonly isAllowed: boolean;
  /** Requests that would be allowed right now. */
  readonly remaining: number;
  /** Whole seconds, at least 1, until another one is allowed where none remains. */
  readonly nextInSeconds: number;
  readonly bucket: TokenBucket;
}

/** Takes a token for one request: a bucket fills evenly over the window, and holds a whole window's requests at most. */
export function takeToken(
  { requests, windowSeconds }: RateLimit,
  bucket: TokenBucket | undefined,
  now: number,
): TokenTaken {
  const perMs = requests / (windowSeconds * 1_000);
  const full =
    bucket === undefined ? requests : Math.min(requests, bucket.tokens + (now - bucket.at) * perMs);
  const isAllowed = full >= 1;
  const tokens = isAllowed ? full - 1 : full;
  return {
    isAllowed,
    remaining: Math.floor(tokens),
    nextInSeconds: Math.max(1, Math.ceil((1 - tokens) / perMs / 1_000)),
    bucket: { tokens, at: now },
  };
}
