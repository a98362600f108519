import { describe, expect, it } from '@jest/globals';
import { maxBodyBytes } from '@jobstream/contracts';
import { takeBytes, takeToken, type TokenBucket } from './token-bucket.js';

const limit = { requests: 3, windowSeconds: 60 };

function takeMany(count: number, bucket: TokenBucket | undefined, now: number) {
  const taken = [];
  for (let nth = 0; nth < count; nth++) {
    const each = takeToken(limit, bucket, now);
    taken.push(each);
    bucket = each.bucket;
  }
  return taken;
}

describe('a token bucket', () => {
  it('allows the requests of a whole window at once, then none', () => {
    const taken = takeMany(4, undefined, 0);
    expect(taken.map(({ isAllowed }) => isAllowed)).toEqual([true, true, true, false]);
    expect(taken.map(({ remaining }) => remaining)).toEqual([2, 1, 0, 0]);
  });

  it('says in whole seconds when the next one is allowed, and then allows it', () => {
    const { nextInSeconds, bucket } = takeMany(4, undefined, 0).at(-1)!;
    expect(nextInSeconds).toBe(20);
    expect(takeToken(limit, bucket, 19_000)).toMatchObject({ isAllowed: false, nextInSeconds: 1 });
    expect(takeToken(limit, bucket, 20_000)).toMatchObject({ isAllowed: true, remaining: 0 });
  });

  it('holds at most a window of requests after any idle time', () => {
    const { bucket } = takeMany(1, undefined, 0)[0]!;
    expect(takeMany(4, bucket, 1e9).map(({ isAllowed }) => isAllowed)).toEqual([true, true, true, false]);
  });

  it('counts each 256 KiB as a request, whether announced or not', () => {
    expect(takeToken(limit, undefined, 0, maxBodyBytes - 1)).toMatchObject({ remaining: 2 });
    expect(takeToken(limit, undefined, 0, maxBodyBytes)).toMatchObject({ isAllowed: true, remaining: 1 });
    const { bucket } = takeToken(limit, undefined, 0);
    expect(takeBytes(limit, bucket, 0, maxBodyBytes - 1).tokens).toBe(2);
    expect(takeBytes(limit, bucket, 0, 2 * maxBodyBytes).tokens).toBe(0);
  });

  it('allows a body of any size where a request is allowed, and then none until it has paid for it', () => {
    const { isAllowed, remaining, nextInSeconds, bucket } = takeToken(limit, undefined, 0, 4 * maxBodyBytes);
    expect([isAllowed, remaining, nextInSeconds]).toEqual([true, 0, 60]);
    expect(takeToken(limit, bucket, 59_000).isAllowed).toBe(false);
    expect(takeToken(limit, bucket, 60_000).isAllowed).toBe(true);
  });

  it('owes at most a window of requests after any load', () => {
    const { bucket, nextInSeconds } = takeToken(limit, undefined, 0, 1e12);
    expect(nextInSeconds).toBe(80);
    expect(takeBytes(limit, bucket, 0, 1e12)).toEqual(bucket);
    expect(takeToken(limit, bucket, 80_000).isAllowed).toBe(true);
  });
});
