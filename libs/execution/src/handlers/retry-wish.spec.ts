import { describe, expect, it } from '@jest/globals';
import { NonRetryableError, RetryAfterError } from '@jobstream/contracts';
import { retryWishOf } from './retry-wish.js';

/** As another copy of the class makes it. */
class OtherRetryAfterError extends Error {
  override readonly name = 'RetryAfterError';
  constructor(readonly delayMs: unknown) {
    super('later');
  }
}

describe('retryWishOf', () => {
  it.each([
    ['an error that no retry helps', new NonRetryableError('gone'), 'never'],
    ['an error of a library that says so', Object.assign(new Error('gone'), { retryable: false }), 'never'],
    ['an error that names a delay', new RetryAfterError('10m'), { afterMs: 600_000 }],
    ['the same of another copy of its class', new OtherRetryAfterError(5), { afterMs: 5 }],
    ['one of that name without a delay', new OtherRetryAfterError('5m'), 'by-ladder'],
    ['one that names a minimum', Object.assign(new Error('busy'), { retryAtLeastMs: 7 }), { atLeastMs: 7 }],
    [
      'one whose minimum is no number',
      Object.assign(new Error('busy'), { retryAtLeastMs: '7' }),
      'by-ladder',
    ],
    ['any other error', new Error('no'), 'by-ladder'],
    ['what is no error', 'no', 'by-ladder'],
  ])('reads the wish of %s', (_, thrown, wish) => {
    expect(retryWishOf(thrown)).toEqual(wish);
  });
});
