import { describe, expect, it } from '@jest/globals';
import { maxErrorMessageLength, maxErrorStackLength } from '@jobstream/contracts';
import { jobErrorSchema } from '@jobstream/contracts/records';
import { describeError } from './job-error.js';

describe('describeError', () => {
  it('keeps the code of a system error', () => {
    const error = Object.assign(new Error('connect failed'), { code: 'ECONNREFUSED' });
    expect(describeError(error)).toMatchObject({ code: 'ECONNREFUSED', message: 'connect failed' });
  });

  it('adds the message of the cause', () => {
    const error = new TypeError('fetch failed', { cause: new Error('getaddrinfo ENOTFOUND example.test') });
    expect(describeError(error)).toMatchObject({
      code: 'handler_failed',
      message: 'fetch failed: getaddrinfo ENOTFOUND example.test',
    });
  });

  it('cuts message and stack to the limits of the wire without splitting a character', () => {
    const error = new Error('x'.repeat(maxErrorMessageLength - 1) + '😀' + 'y'.repeat(100_000));
    const described = describeError(error);
    expect(described.message).toBe('x'.repeat(maxErrorMessageLength - 1));
    expect(described.stack!.length).toBeLessThanOrEqual(maxErrorStackLength);
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'out of paper'],
    ['a number', 42],
    ['an object', { why: 'no' }],
    ['a symbol', Symbol('s')],
    [
      'an object that refuses to be read',
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('no');
          },
        },
      ),
    ],
    ['an error with a code that is no word', Object.assign(new Error('m'), { code: 'a b\nc' })],
  ])('makes a valid error of %s', (_, thrown) => {
    expect(() => jobErrorSchema.parse(describeError(thrown))).not.toThrow();
    expect(describeError(thrown).code).toBe('handler_failed');
  });
});
