import { describe, expect, it } from '@jest/globals';
import { writeLimits } from './limits-text.js';

describe('the limits of a queue', () => {
  it.each([
    [{}, 'none'],
    [{ rate: '50/s' }, '50/s starts'],
    [{ rate: '50/s', concurrency: 4 }, '50/s starts; 4 at once'],
    [{ perKey: { field: 'user', rate: '5/m', concurrency: 1 } }, 'each user: 5/m starts, 1 at once'],
  ])('are told in words: %j', (limits, text) => {
    expect(writeLimits(limits)).toBe(text);
  });
});
