import { describe, expect, it } from '@jest/globals';
import { meetsFilter, newJobId, termsOf, type JobState } from '@jobstream/contracts';
import { ownTraceId } from '@jobstream/contracts/records';
import { decodeCursor, encodeCursor, type JobPage } from '@jobstream/contracts/rest';
import type { JobFilter, JobRow } from '@jobstream/projection';
import fc from 'fast-check';
import { LogPosition } from './log-position.js';
import { foundRow, type FoundJob } from './found-job.js';
import { JobLists } from './job-lists.js';
import { viewOfRemembered } from './job-view.js';
import { ShownJob } from './shown-jobs.js';

const states = ['queued', 'running', 'retrying', 'succeeded'] as const;
type State = (typeof states)[number];

/** What the database and this process know of a job; undefined where that is nothing. */
interface Known {
  readonly row: State | undefined;
  /** What the row is when it is read again, by its id. */
  readonly later: State | undefined;
  readonly shown: State | undefined;
}

const placeOf = (state: State) => ({ topic: 'jobs.events', partition: 0, offset: states.indexOf(state) });

function jobIn(id: string, state: State): FoundJob {
  const request = { v: 1 as const, id, type: 'probe.run', queue: 'probe', payload: null };
  const remembered = { ...request, priority: 'normal' as const, maxAttempts: 4 };
  const view = viewOfRemembered({ request: remembered, createdAt: 0, traceId: ownTraceId(id) });
  return { view: { ...view, state }, place: placeOf(state) };
}

function rowIn(id: string, state: State): JobRow {
  const { view, place } = jobIn(id, state);
  const none = { startedAt: null, finishedAt: null, nextAttemptAt: null, expiresAt: null, worker: null };
  return { ...view, ...none, createdAt: new Date(0), changedAt: new Date(0), error: null, place: place! };
}

/** Over a database of these rows that pages as the real one does. */
function listsOf(jobs: ReadonlyMap<string, Known>): JobLists {
  const list = ({ terms, cursor, limit }: JobFilter) => {
    const below = cursor === undefined ? undefined : decodeCursor(cursor);
    const hits = [...jobs]
      .flatMap(([id, { row }]) => (row === undefined ? [] : [rowIn(id, row)]))
      .filter((row) => meetsFilter(foundRow(row).view, terms) && (below === undefined || row.id < below))
      .sort((a, b) => (a.id < b.id ? 1 : -1));
    const items = hits.slice(0, limit);
    return Promise.resolve({
      items,
      next: hits.length > limit ? encodeCursor(items.at(-1)!.id) : null,
      reach: undefined,
    });
  };
  const find = (id: string) => {
    const { row, later = row } = jobs.get(id)!;
    return Promise.resolve(later && { ...rowIn(id, later), children: null });
  };
  const all = () =>
    new Map(
      [...jobs].flatMap(([id, { shown }]) =>
        shown === undefined ? [] : [[id, new ShownJob(jobIn(id, shown), new LogPosition())] as const],
      ),
    );
  return new JobLists({
    queries: { list, find, listAt: () => Promise.reject(new Error('The present was asked for.')) },
    shown: { all },
    catchUp: { reach: () => Promise.resolve(false) },
    databaseClock: { now: () => 0 },
  });
}

async function readAll(lists: JobLists, limit: number, state?: JobState): Promise<JobPage['items']> {
  const found: JobPage['items'] = [];
  for (let cursor: string | undefined; ;) {
    const { items, next } = await lists.page({ limit, terms: termsOf({ state }), cursor });
    expect(items.length).toBeLessThanOrEqual(limit);
    found.push(...items);
    if (next === null) return found;
    cursor = next;
  }
}

const rank = (state: State | undefined) => (state === undefined ? -1 : states.indexOf(state));
/** A row only goes on. */
const knowns = fc
  .record({
    row: fc.option(fc.constantFrom(...states), { nil: undefined }),
    later: fc.option(fc.constantFrom(...states), { nil: undefined }),
    shown: fc.option(fc.constantFrom(...states), { nil: undefined }),
  })
  .filter(({ row, later, shown }) => (row ?? shown) !== undefined && rank(later) >= rank(row));

describe('a list of jobs', () => {
  it('has each job once, newest first, and prefers a shown state to an older row', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(knowns, { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.option(fc.constantFrom(...states), { nil: undefined }),
        async (all, limit, state) => {
          const jobs = new Map(all.map((known) => [newJobId(), known]));
          const found = await readAll(listsOf(jobs), limit, state);
          const ids = found.map(({ id }) => id);
          expect(ids).toEqual([...new Set(ids)].sort().reverse());
          for (const [id, { row, later, shown }] of jobs) {
            const item = found.find((each) => each.id === id);
            // As far as any source has it that was asked for this page.
            const least = Math.max(rank(row), rank(shown));
            const most = Math.max(least, rank(later));
            if (item) {
              expect(rank(item.state as State)).toBeGreaterThanOrEqual(least);
              expect(rank(item.state as State)).toBeLessThanOrEqual(most);
              expect(state ?? item.state).toBe(item.state);
            } else if (least === most) {
              expect(state).toBeDefined();
              expect(rank(state)).not.toBe(least);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});
