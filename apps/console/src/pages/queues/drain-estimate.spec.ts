import { describe, expect, it } from '@jest/globals';
import { estimateDrain, type QueueGait } from './drain-estimate.js';

const gait: QueueGait = { backlog: 600, running: 4, rates: { came: 1, done: 8 } };

describe('the time to drain a queue', () => {
  it.each([
    [
      'its rate',
      { rate: '11/s' },
      'With this about 1 min to drain: 600 jobs unfinished, at most 11 a second.',
    ],
    [
      'its concurrency, by what a running job gets done',
      { concurrency: 3 },
      'With this about 2 min to drain: 600 jobs unfinished, at most 6 a second.',
    ],
    [
      'whichever is less',
      { rate: '100/s', concurrency: 3 },
      'With this about 2 min to drain: 600 jobs unfinished, at most 6 a second.',
    ],
    [
      'its rate alone, and longer by keys',
      { rate: '11/s', perKey: { field: 'user', rate: '1/m' } },
      'With this about 1 min to drain: 600 jobs unfinished, at most 11 a second, or longer by the limits of keys.',
    ],
    [
      'a rate below what comes',
      { rate: '60/m' },
      'With this the backlog grows: at most 1 a second, and 1 a second come.',
    ],
  ])('follows from %s', (_, limits, text) => {
    expect(estimateDrain(limits, gait)).toBe(text);
  });

  it('counts with nothing that comes until it was watched, and then knows a rate alone', () => {
    const unknown = { ...gait, rates: undefined };
    expect(estimateDrain({ rate: '10/s' }, unknown)).toContain('about 1 min');
    expect(estimateDrain({ concurrency: 4 }, unknown)).toBeUndefined();
    expect(estimateDrain({ concurrency: 4 }, { ...gait, running: null })).toBeUndefined();
    expect(estimateDrain({ concurrency: 4 }, { ...gait, running: 0 })).toBeUndefined();
  });

  it('is not said without a limit, of keys alone, or of a rate that is none yet', () => {
    expect(estimateDrain({}, gait)).toBeUndefined();
    expect(estimateDrain({ perKey: { field: 'user', concurrency: 1 } }, gait)).toBeUndefined();
    expect(estimateDrain({ rate: '10/' }, gait)).toBeUndefined();
  });

  it('is none where nothing waits', () => {
    expect(estimateDrain({ rate: '1/h' }, { ...gait, backlog: 0 })).toBe('Nothing waits.');
  });
});
