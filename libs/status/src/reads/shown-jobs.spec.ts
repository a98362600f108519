import { describe, expect, it } from '@jest/globals';
import { newJobId, type JobState } from '@jobstream/contracts';
import { ownTraceId } from '@jobstream/contracts/records';
import type { EndOffsets } from '@jobstream/projection';
import { LogPosition } from './log-position.js';
import type { FoundJob } from './found-job.js';
import { viewOfRemembered } from './job-view.js';
import { ShownJobs, type ShownJobsOptions } from './shown-jobs.js';

function job(state: JobState, { id = newJobId(), offset = 1, payload = '' } = {}): FoundJob {
  const request = { v: 1 as const, id, type: 'probe.run', queue: 'probe', payload };
  const remembered = { ...request, priority: 'normal' as const, maxAttempts: 4 };
  const view = viewOfRemembered({ request: remembered, createdAt: 0, traceId: ownTraceId(id) });
  return { view: { ...view, state }, place: { topic: 'jobs.events', partition: 0, offset } };
}

function recordsOf({ place }: FoundJob): LogPosition {
  const position = new LogPosition();
  position.advance(place!);
  return position;
}

/** Of a projection that is told how far it is. */
function made(options: Partial<ShownJobsOptions> = {}) {
  const asked: EndOffsets[] = [];
  const looks: ((passed: boolean) => void)[] = [];
  let wake: () => void = () => undefined;
  const shown = new ShownJobs({
    sweepMs: 1,
    ...options,
    progress: {
      waitUntilPassed: (ends) => {
        asked.push(ends);
        return new Promise((resolve) => {
          looks.push(resolve);
          wake();
        });
      },
    },
  });
  /** Resolves when it is asked next how far the projection is, with what answers that. */
  const look = async () => {
    if (looks.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    const resolve = looks.shift()!;
    return async (passed: boolean) => {
      resolve(passed);
      await new Promise(setImmediate);
    };
  };
  const note = (each: FoundJob) => shown.note(each, recordsOf(each));
  return { shown, asked, look, note };
}

describe('the shown jobs', () => {
  it('give the latest state, in whatever order states were shown', () => {
    const { shown, note } = made();
    const ended = job('succeeded', { offset: 9 });
    const running = job('running', { id: ended.view.id, offset: 4 });
    for (const each of [running, ended, running]) note(each);
    expect(shown.find(ended.view.id)).toEqual(ended);
    expect([...shown.all().values()].map(({ traits }) => traits.state)).toEqual(['succeeded']);
    expect(shown.find(newJobId())).toBeUndefined();
  });

  it('are kept until the projection has all their records', async () => {
    const { shown, asked, look, note } = made();
    const first = job('succeeded', { offset: 9 });
    note(first);
    await (
      await look()
    )(false);
    expect(shown.find(first.view.id)).toEqual(first);
    await (
      await look()
    )(true);
    expect(shown.find(first.view.id)).toBeUndefined();
    expect(asked).toEqual([0, 1].map(() => new Map([['jobs.events', [10]]])));
  });

  it('are kept when more was shown while the projection was asked', async () => {
    const { shown, look, note } = made();
    const [old, kept] = [job('running', { offset: 2 }), job('running', { offset: 3 })];
    note(old);
    note(kept);
    const answer = await look();
    const more = job('succeeded', { id: kept.view.id, offset: 7 });
    note(more);
    await answer(true);
    expect(shown.find(old.view.id)).toBeUndefined();
    expect(shown.find(kept.view.id)).toEqual(more);
  });

  it('are bounded in bytes: those shown longest ago are forgotten', () => {
    const { shown, note } = made({ maxBytes: 100_000 });
    const jobs = Array.from({ length: 50 }, () => job('running', { payload: 'x'.repeat(2_000) }));
    for (const each of jobs) note(each);
    const kept = jobs.map(({ view }) => shown.find(view.id) !== undefined);
    expect(kept.filter(Boolean).length).toBeGreaterThan(10);
    expect(kept).toEqual(kept.toSorted());
    expect(kept[0]).toBe(false);
  });
});
