import { describe, expect, it } from '@jest/globals';
import { judgeRange } from './offset-range.js';

describe('judgeRange', () => {
  const partition = { topic: 'jobs.image', partition: 3 };

  it('is within from the start up to and including the end', () => {
    for (const wanted of [5, 7, 9]) expect(judgeRange(partition, wanted, 5, 9)).toEqual({ kind: 'within' });
  });

  it('names what was deleted unread', () => {
    expect(judgeRange(partition, 2, 5, 9)).toMatchObject({ kind: 'deleted', start: 5 });
    expect(judgeRange(partition, 2, 5, 9)).toHaveProperty(
      'message',
      expect.stringContaining('2 to 4 of jobs.image, partition 3'),
    );
  });

  it('names a log that ends before our place', () => {
    expect(judgeRange(partition, 12, 0, 9)).toMatchObject({ kind: 'beyond_end' });
  });
});
