import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  deriveJobId,
  fixTimes,
  lowestJobId,
  parseFilter,
  type FixedTerm,
  type JobState,
} from '@jobstream/contracts';
import { mergeFolds, positionOf, type JobFold } from '@jobstream/lifecycle';
import fc from 'fast-check';
import { rowsOf, writeRows } from './rows/projected-rows.js';
import { DatabaseFixture } from './database.fixture-spec.js';
import type { JobAt } from './reads/job-at.js';
import { JobCounts } from './reads/job-counts.js';
import { JobQueries } from './reads/job-queries.js';
import { projectRecord } from './rows/projected-record.js';
import { historiesOf, incoming, topics, type Facts } from './wire-history.fixture-spec.js';

let fixture: DatabaseFixture;
let queries: JobQueries;
beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  queries = new JobQueries(fixture.database);
});
afterAll(() => fixture.drop());

const project = (facts: Facts) => {
  const record = incoming(facts);
  return projectRecord(record, topics.roleOf(record.topic)!);
};

async function write(history: readonly Facts[]): Promise<void> {
  const { database } = fixture;
  const rows = rowsOf(history.map(project));
  await database.transaction((session) => writeRows(session, database, rows));
}

/** What the pure fold says of the records that the log had at a time. */
function foldAt(history: readonly Facts[], at: Date): JobFold | undefined {
  const then = history.filter((facts) => incoming(facts).timestamp <= at.getTime());
  const folds = then.map((facts) => (project(facts) as { fold: JobFold }).fold);
  return folds.length === 0 ? undefined : folds.reduce(mergeFolds);
}

/** All jobs that a list of the past finds, page by page, with their states. */
async function listAt(
  terms: readonly FixedTerm[],
  at: Date,
  limit: number,
): Promise<(readonly [string, JobState | undefined])[]> {
  const found: JobAt[] = [];
  for (let cursor: string | undefined; ;) {
    const { items, next } = await queries.listAt({ terms, cursor, limit }, at);
    expect(items.length).toBeLessThanOrEqual(limit);
    found.push(...items);
    if (next === null) return found.map(({ now, step }) => [now.id, step?.state]);
    cursor = next;
  }
}

/** Progress moves the place of a running job and is no transition: of that, nothing is kept over time. */
const withoutProgress = (history: readonly Facts[]) => history.filter(({ phase }) => phase !== 'progress');

describe('what was true at a time', () => {
  it('is the fold of the records until then: each job, the counts of all, and lists of them', async () => {
    // Of the time of the fixture's records: the filter by time looks for ids of about that time.
    const seed = lowestJobId(Date.parse('2026-01-01T00:00:00.000Z'));
    const ids = Array.from({ length: 10 }, (_, nth) => deriveJobId(seed, String(nth)));
    const deals = fc.record({
      histories: fc.tuple(...ids.map((id) => historiesOf(id).map(withoutProgress))),
      after: fc.nat(125),
    });
    await fc.assert(
      fc.asyncProperty(deals, async ({ histories, after }) => {
        await fixture.truncate();
        await write(histories.flat());
        const at = new Date(Date.parse('2026-01-01T00:00:01.000Z') + after);
        const expected = new Map<JobState, number>();
        const states = new Map<string, JobState>();
        for (const [index, history] of histories.entries()) {
          const fold = foldAt(history, at);
          const found = await queries.findAt(ids[index]!, at);
          expect(found?.step && { run: found.step.run, position: positionOf(found.step) }).toEqual(
            fold && { run: fold.run, position: fold.outcome.position },
          );
          if (fold) states.set(ids[index]!, fold.outcome.state);
          if (fold) expected.set(fold.outcome.state, (expected.get(fold.outcome.state) ?? 0) + 1);
        }
        const { counts } = await new JobCounts(fixture.database).count({ at });
        const actual = counts.map(({ state, count }) => [state, count]).sort();
        expect(actual).toEqual([...expected].sort());
        const listed = async (q: string, limit: number) =>
          listAt(
            fixTimes(parseFilter(q).terms, () => 0),
            at,
            limit,
          );
        const newestFirst = [...states].sort(([a], [b]) => (a < b ? 1 : -1));
        expect(await listed('', 3)).toEqual(newestFirst);
        for (const state of new Set(states.values())) {
          const of = newestFirst.filter((job) => job[1] === state);
          expect(await listed(`state:${state} type:probe.*`, 2)).toEqual(of);
          expect(await listed(`-state:${state}`, 20)).toEqual(newestFirst.filter((job) => !of.includes(job)));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('shares a count among all who ask, and refuses more than it can queue', async () => {
    const counts = new JobCounts(fixture.database);
    const asked = Array.from({ length: 50 }, () => counts.count({}));
    expect(new Set(await Promise.all(asked)).size).toBe(1);
    const days = Array.from({ length: 30 }, (_, day) => counts.count({ since: new Date(day) }));
    const answers = await Promise.allSettled(days);
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(19);
    expect(answers.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'too_many_to_count' } });
  });
});
