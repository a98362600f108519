import { describe, expect, it } from '@jest/globals';
import { readLastEventId } from './last-event-id.js';

describe('how far a client that resumes has followed a job', () => {
  it('is empty at the beginning', () => {
    expect(readLastEventId(undefined).has({ topic: 'a', partition: 0, offset: 0 })).toBe(false);
    expect(readLastEventId('').toString()).toBe('');
  });

  it.each([
    'x',
    'a/1',
    'a/1/2/3',
    'a/-1/2',
    'a/1/2;',
    'a b/1/2',
    'a/1/9999999999999999',
    `${'a/1/2;'.repeat(99)}a/1/2`,
  ])('is not read from %j', (text) => {
    expect(() => readLastEventId(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });
});
