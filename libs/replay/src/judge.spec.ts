import { describe, expect, it } from '@jest/globals';
import { jobStates, type JobState } from '@jobstream/contracts';
import { judgeRun } from './judge.js';
import type { JobStanding } from './projection.js';

const standing = (state: JobState, more: Partial<JobStanding> = {}): JobStanding => ({
  run: 1,
  state,
  reason: null,
  error: null,
  ...more,
});

describe('judgeRun', () => {
  it('runs again what failed, and on request what ended otherwise; never what is under way', () => {
    const verdicts = (only: 'failed' | 'all') =>
      Object.fromEntries(jobStates.map((state) => [state, judgeRun(1, standing(state), only, false)]));
    const unfinished = {
      scheduled: 'unfinished',
      queued: 'unfinished',
      running: 'unfinished',
      retrying: 'unfinished',
    };
    const failed = { dead_lettered: 'replay', expired: 'replay' };
    expect(verdicts('failed')).toEqual({
      ...unfinished,
      ...failed,
      succeeded: 'succeeded',
      cancelled: 'cancelled',
    });
    expect(verdicts('all')).toEqual({ ...unfinished, ...failed, succeeded: 'replay', cancelled: 'replay' });
  });

  it('leaves alone a job that has a later run', () => {
    expect(judgeRun(1, standing('dead_lettered', { run: 2 }), 'all', true)).toBe('already_replayed');
  });

  it('takes for unfinished what the projection does not know of, or not so far', () => {
    expect(judgeRun(1, undefined, 'all', true)).toBe('unfinished');
    expect(judgeRun(2, standing('dead_lettered'), 'all', true)).toBe('unfinished');
  });

  it('takes a parked job only where it is named', () => {
    const parked = standing('dead_lettered', { reason: 'parked' });
    expect(judgeRun(1, parked, 'all', false)).toBe('parked');
    expect(judgeRun(1, parked, 'failed', true)).toBe('replay');
  });
});
