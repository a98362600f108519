import { describe, expect, it } from '@jest/globals';
import { newJobId, type FixedTerm, type JobId } from '@jobstream/contracts';
import { decodeCursor, encodeCursor } from '@jobstream/contracts/rest';
import { JobTypeBook } from '@jobstream/job-types';
import type { ProjectedJob, Projection } from '../projection.js';
import { MatchingJobs } from './matching-jobs.js';

const day = 24 * 3_600_000;
/** The id of an action that was asked for after all jobs. */
const newest: JobId = 'ffffffff-ffff-7fff-bfff-ffffffffffff';
const askedAt = new Date('2026-01-31T06:00:00.000Z');

function jobOf(state: ProjectedJob['state'], more: Partial<ProjectedJob> = {}): ProjectedJob {
  return {
    id: newJobId(),
    run: 1,
    state,
    reason: null,
    error: null,
    type: 'probe.run',
    queue: 'probe',
    payload: {},
    priority: 'normal',
    maxAttempts: 1,
    orderingKey: null,
    submittedFor: null,
    createdAt: new Date(askedAt.getTime() - day),
    expiresAt: null,
    notify: null,
    ...more,
  };
}

/** A projection of these jobs, newest first, two a page. It notes the terms that it was asked for. */
function matchingOf(jobs: readonly ProjectedJob[]) {
  const asked: (readonly FixedTerm[])[] = [];
  const list: Projection['queries']['list'] = async ({ terms, cursor }) => {
    asked.push(terms);
    const left = jobs.filter(({ id }) => id < decodeCursor(cursor));
    const items = left.slice(0, 2);
    return { items, next: left.length > 2 ? encodeCursor(items.at(-1)!.id) : null };
  };
  const refuse = () => Promise.reject(new Error('Only lists are asked for.'));
  const matching = new MatchingJobs({
    projection: { queries: { list, find: refuse, standings: refuse }, waitUntilCurrent: refuse },
    clock: { now: () => askedAt.getTime() },
    jobTypes: new JobTypeBook(),
  });
  return { matching, asked };
}

async function takeAll<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const taken: Item[] = [];
  for await (const item of items) taken.push(item);
  return taken;
}

const byId = (jobs: readonly ProjectedJob[]) => [...jobs].sort((a, b) => (a.id < b.id ? 1 : -1));

describe('the jobs of an action', () => {
  it('are found page by page, and none a second time when it is taken up again after its last page', async () => {
    const jobs = byId([jobOf('queued'), jobOf('queued'), jobOf('running')]);
    const { matching } = matchingOf(jobs);
    const find = (below: JobId) =>
      takeAll(matching.jobs({ action: 'cancel', q: 'queue:probe', only: 'failed' }, below, 2, askedAt));
    const pages = await find(newest);
    expect(pages.map((page) => page.jobs)).toEqual([jobs.slice(0, 2), jobs.slice(2)]);
    expect((await find(pages[0]!.below)).map((page) => page.jobs)).toEqual([jobs.slice(2)]);
    expect((await find(pages[1]!.below)).map((page) => page.jobs)).toEqual([[]]);
  });

  it('have not ended if it cancels them, and ages count back from when it was asked for', async () => {
    const { matching, asked } = matchingOf([]);
    const q = 'queue:probe since:1d';
    await takeAll(matching.jobs({ action: 'replay', q, only: 'all' }, newest, 2, askedAt));
    await takeAll(matching.jobs({ action: 'cancel', q, only: 'all' }, newest, 2, askedAt));
    const since = { kind: 'time', ms: askedAt.getTime() - day };
    expect(asked.map((terms) => terms.map(({ field }) => field))).toEqual([
      ['queue', 'since'],
      ['queue', 'since', 'state'],
    ]);
    expect(asked[0]![1]!.values).toEqual([since]);
  });

  it.each([
    ['type:probe.run', 0],
    ['reason:parked', 1],
    ['-reason:parked', 0],
  ])('that are parked run again only if the filter names them: %s', async (q, count) => {
    const { matching } = matchingOf([jobOf('dead_lettered', { reason: 'parked' })]);
    const [page] = await takeAll(matching.pages({ action: 'replay', q, only: 'failed' }, newest, 2, askedAt));
    expect(page!.runs).toHaveLength(count);
    expect([...page!.skipped]).toEqual(count === 0 ? [['parked', 1]] : []);
  });

  it('say which can not run again because their request is not there yet', async () => {
    const job = jobOf('dead_lettered', { maxAttempts: null });
    const { matching } = matchingOf([job]);
    const [page] = await takeAll(
      matching.pages({ action: 'replay', q: 'queue:probe', only: 'all' }, newest, 2, askedAt),
    );
    expect(page).toMatchObject({ runs: [], faults: [{ id: job.id }] });
  });
});
