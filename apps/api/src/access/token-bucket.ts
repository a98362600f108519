import { maxBodyBytes } from '@jobstream/contracts';
import type { RateLimit } from '@jobstream/contracts/rest';

/** The rest of a limit at a time. Times are milliseconds of any steady clock. */
export interface TokenBucket {
  /** Below 0 where more was spent than there was: no further than a whole window's. */
  readonly tokens: number;
  readonly at: number;
}

/** Whether one request is allowed under its limit. */
export interface TokenTaken {
  readonly isAllowed: boolean;
  /** Requests that would be allowed right now. */
  readonly remaining: number;
  /** Whole seconds, at least 1, until another one is allowed where none remains. */
  readonly nextInSeconds: number;
  readonly bucket: TokenBucket;
}

/** Bytes, sent or received, that count as one request. */
const bytesPerToken = maxBodyBytes;

/**
 * Takes a token for one request, and one more for each {@link bytesPerToken} of its body: a bucket fills evenly over the window,
 * and holds a whole window's requests at most. A request is allowed where one token is there; what it takes beyond is owed.
 * @param bytes of the body, as far as they are known
 */
export function takeToken(
  limit: RateLimit,
  bucket: TokenBucket | undefined,
  now: number,
  bytes = 0,
): TokenTaken {
  const tokens = fill(limit, bucket, now);
  const isAllowed = tokens >= 1;
  const left = isAllowed ? owe(limit, tokens - 1 - tokensOf(bytes)) : tokens;
  return {
    isAllowed,
    remaining: Math.max(0, Math.floor(left)),
    nextInSeconds: Math.max(1, Math.ceil((1 - left) / perMs(limit) / 1_000)),
    bucket: { tokens: left, at: now },
  };
}

/** Takes what bytes cost that were not known when {@link takeToken} was asked, there or not. */
export function takeBytes(
  limit: RateLimit,
  bucket: TokenBucket | undefined,
  now: number,
  bytes: number,
): TokenBucket {
  return { tokens: owe(limit, fill(limit, bucket, now) - tokensOf(bytes)), at: now };
}

function fill(limit: RateLimit, bucket: TokenBucket | undefined, now: number): number {
  if (bucket === undefined) return limit.requests;
  return Math.min(limit.requests, bucket.tokens + (now - bucket.at) * perMs(limit));
}

function owe({ requests }: RateLimit, tokens: number): number {
  return Math.max(-requests, tokens);
}

function perMs({ requests, windowSeconds }: RateLimit): number {
  return requests / (windowSeconds * 1_000);
}

function tokensOf(bytes: number): number {
  return Math.floor(bytes / bytesPerToken);
}
