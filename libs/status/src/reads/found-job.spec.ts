import { describe, expect, it } from '@jest/globals';
import { linksOf, type JobView } from '@jobstream/contracts/rest';
import { foldRecord, goesFarther, mergeFolds, parsePosition, type JobFold } from '@jobstream/lifecycle';
import fc from 'fast-check';
import type { SeenRecord } from '../live/job-feed.js';
import { jobId, logs } from '../live/job-log.fixture-spec.js';
import { withRecords } from '../live/overlay-view.js';
import { latestOf, laterOf, standingOfJob, type FoundJob } from './found-job.js';

const foldOf = (records: readonly SeenRecord[]): JobFold | undefined =>
  records
    .map(({ record, at }) => foldRecord(record, at))
    .reduce<JobFold | undefined>((a, b) => (a ? mergeFolds(a, b) : b), undefined);

/** A job of which nothing but its id is known. */
const nothing: FoundJob = {
  view: {
    ...({ id: jobId, type: 'probe.run', queue: 'probe', state: 'scheduled', run: 0, attempt: 0 } as const),
    priority: null,
    payload: null,
    result: null,
    error: null,
    reason: null,
    progress: null,
    maxAttempts: null,
    deliveries: 0,
    submittedFor: null,
    traceId: '',
    orderingKey: null,
    notify: null,
    flow: null,
    parent: null,
    createdAt: new Date(0).toISOString(),
    startedAt: null,
    finishedAt: null,
    nextAttemptAt: null,
    expiresAt: null,
    links: linksOf(jobId),
  } satisfies JobView,
  place: null,
};
/** As a source knows the job that has read these records: a row, or what follows the log. */
const knownFrom = (records: readonly SeenRecord[]): FoundJob | undefined => {
  const fold = foldOf(records);
  return fold && withRecords(nothing, fold);
};
const stateOf = ({ view: { run, attempt, state }, place }: FoundJob) => ({ run, attempt, state, place });

/** Any part of a log, as prefixes of its partitions are that are read at different speeds. */
const parts = logs.chain((log) =>
  fc.tuple(fc.constant(log), fc.array(fc.subarray(log), { minLength: 1, maxLength: 5 })),
);

describe('a job from several sources', () => {
  it('has the state of all records together, in whatever order the sources are merged', () => {
    fc.assert(
      fc.property(parts, ([, subsets]) => {
        const sources = subsets.map(knownFrom);
        const whole = foldOf(subsets.flat());
        const together = latestOf(sources);
        if (whole === undefined) return expect(together).toBeUndefined();
        const { run, outcome } = whole;
        const { attempt, state, position } = outcome;
        expect(stateOf(together!)).toEqual({ run, attempt, state, place: parsePosition(position) });
        expect(stateOf(latestOf([...sources].reverse())!)).toEqual(stateOf(together!));
      }),
      { numRuns: 500 },
    );
  });

  it('never goes back behind a state that was shown', () => {
    fc.assert(
      fc.property(parts, ([, subsets]) => {
        let shown: FoundJob | undefined;
        for (const found of subsets.map(knownFrom)) {
          const next = latestOf([found, shown]);
          if (next === undefined) continue;
          if (shown) {
            const isSame = JSON.stringify(stateOf(next)) === JSON.stringify(stateOf(shown));
            expect(isSame || goesFarther(standingOfJob(next), standingOfJob(shown))).toBe(true);
            if (next.view.run === shown.view.run) {
              expect(next.view.deliveries).toBeGreaterThanOrEqual(shown.view.deliveries);
              if (shown.view.maxAttempts !== null) expect(next.view.payload).toEqual(shown.view.payload);
            }
          }
          shown = next;
        }
      }),
      { numRuns: 500 },
    );
  });

  it('has the whole error of the source that its state is from, and no other', () => {
    const error = { code: 'boom', message: 'It broke.', stack: 'at work (/srv/work.js:1:1)' };
    const inState = (state: JobView['state'], offset: number): FoundJob => ({
      view: { ...nothing.view, run: 1, attempt: 1, state },
      place: { topic: 'jobs.events', partition: 0, offset },
    });
    const row = { ...inState('dead_lettered', 5), error };
    expect(laterOf(row, inState('dead_lettered', 5)).error).toEqual(error);
    expect(laterOf(row, inState('retrying', 4)).error).toEqual(error);
    expect(laterOf({ ...inState('retrying', 4), error }, inState('dead_lettered', 5)).error).toBeUndefined();
  });

  it('keeps the request that only one source has', () => {
    const asked = { ...nothing, view: { ...nothing.view, run: 1, payload: { a: 1 }, maxAttempts: 4 } };
    const ended: FoundJob = {
      view: { ...nothing.view, run: 1, state: 'succeeded', result: 7 },
      place: { topic: 'jobs.events', partition: 0, offset: 3 },
    };
    const expected = { payload: { a: 1 }, maxAttempts: 4, state: 'succeeded', result: 7 };
    expect(laterOf(asked, ended).view).toMatchObject(expected);
    expect(laterOf(ended, asked).view).toMatchObject(expected);
  });
});
