import { describe, expect, it } from '@jest/globals';
import { jobStates, type JobState } from '@jobstream/contracts';
import type { JobStanding } from '../projection.js';
import { decideReplay } from './decide-replay.js';

const standing = (state: JobState, more: Partial<JobStanding> = {}): JobStanding => ({
  run: 1,
  state,
  reason: null,
  error: null,
  ...more,
});

describe('the decision to replay a run', () => {
  it('replays failed runs, other ended runs only on request, and never an unfinished run', () => {
    const decisions = (only: 'failed' | 'all') =>
      Object.fromEntries(jobStates.map((state) => [state, decideReplay(1, standing(state), only, false)]));
    const unfinished = {
      scheduled: 'unfinished',
      queued: 'unfinished',
      running: 'unfinished',
      retrying: 'unfinished',
    };
    const failed = { dead_lettered: 'replay', expired: 'replay' };
    expect(decisions('failed')).toEqual({
      ...unfinished,
      ...failed,
      succeeded: 'succeeded',
      cancelled: 'cancelled',
    });
    expect(decisions('all')).toEqual({ ...unfinished, ...failed, succeeded: 'replay', cancelled: 'replay' });
  });

  it('replays no run of a job that has a later run', () => {
    expect(decideReplay(1, standing('dead_lettered', { run: 2 }), 'all', true)).toBe('already_replayed');
  });

  it('counts a run as unfinished when the projection does not know it yet', () => {
    expect(decideReplay(1, undefined, 'all', true)).toBe('unfinished');
    expect(decideReplay(2, standing('dead_lettered'), 'all', true)).toBe('unfinished');
  });

  it('replays a parked job only when the filter names it', () => {
    const parked = standing('dead_lettered', { reason: 'parked' });
    expect(decideReplay(1, parked, 'all', false)).toBe('parked');
    expect(decideReplay(1, parked, 'failed', true)).toBe('replay');
  });
});
