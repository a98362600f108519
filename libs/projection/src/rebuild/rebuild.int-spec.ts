import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId, parseFilter, type FixedTerm } from '@jobstream/contracts';
import { ErrorGroups } from '../error-groups/error-groups.js';
import { JobQueries } from '../reads/job-queries.js';
import { declareSearch, noBound } from '../search/projected-types.js';
import type { Facts } from '../wire-history.fixture-spec.js';
import { RebuildStack } from './rebuild-stack.fixture-spec.js';
import { carriedIds } from './rebuilt-rows.fixture-spec.js';

let stack: RebuildStack;

beforeAll(async () => {
  stack = await RebuildStack.open();
});
afterEach(() => stack.stopRebuilders());
afterAll(() => stack.close());

/** Failures by the code of their group. */
async function countedErrors(): Promise<Record<string, number>> {
  const { items } = await new ErrorGroups(stack.database).page({ limit: 100 });
  return Object.fromEntries(items.map(({ code, count }) => [code, count]));
}

describe('a rebuild', () => {
  it('carries over, marked, the jobs that the log no longer holds, and what happened to them since', async () => {
    const old = Array.from({ length: 40 }, () => newJobId()).sort();
    await stack.append(
      old.map((id, nth): Facts[] =>
        nth % 2 === 0
          ? [
              { id, phase: 'queued' },
              { id, phase: 'retrying', start: 1, ...(nth === 0 && { error: { code: 'gone', message: '' } }) },
            ]
          : [
              { id, phase: 'queued' },
              { id, phase: 'succeeded', start: 1 },
            ],
      ),
    );
    await stack.appendUnreadable('x');
    const cut = await stack.projected();
    for (const [topic, ends] of cut)
      await stack.admin.deleteRecordsBefore(
        topic,
        ends.map((offset, partition) => ({ partition, offset })),
      );
    const young = Array.from({ length: 30 }, () => newJobId());
    await stack.append([
      ...young.map((id): Facts[] => [{ id, phase: 'queued' }]),
      ...old
        .filter((_, nth) => nth % 2 === 0)
        .map((id): Facts[] => [{ id, phase: 'dead_lettered', attempt: 2, start: 2 }]),
    ]);
    const before = await stack.rows();
    expect(before.length).toBeGreaterThan(40 + 30 + 20 + 20);
    expect(await countedErrors()).toEqual({ boom: 39, gone: 1 });

    const end = await stack.rebuilt({});
    expect(end).toMatchObject({ state: 'swapped', carried: 40, compared: 70, differences: null });
    // 30 jobs begun and 20 dead-lettered since the log was cut.
    expect(end.progress).toMatchObject({ records: 50, total: 50 });
    expect(await stack.rows()).toEqual(before);
    expect(await carriedIds(stack.database)).toEqual(old);
    // What the log holds is counted anew. Of a group that it holds nothing of, the count stays.
    expect(await countedErrors()).toEqual({ boom: 20, gone: 1 });
    const queries = new JobQueries(stack.database);
    expect((await queries.history(old[0]!))!.map(({ state }) => state)).toEqual([
      'queued',
      'retrying',
      'dead_lettered',
    ]);
    // The live projector has found its place in the new generation.
    await stack.append([[{ id: old[1]!, phase: 'queued', run: 2 }]]);
    expect(await queries.find(old[1]!)).toMatchObject({ run: 2, state: 'queued' });
  });

  it('gives every job the entries by which it is searched, also one that was there before its type declared them', async () => {
    const queries = new JobQueries(stack.database);
    const filter = {
      terms: parseFilter('type:probe.run payload.text:text').terms as FixedTerm[],
      limit: 500,
    };
    const declaration = { type: 'probe.run', paths: ['text'], publishedAt: new Date() };
    expect(await declareSearch(stack.database, [declaration])).toEqual(['probe.run']);
    const before = await queries.list(filter);
    expect(before.reach?.bound).toBe(before.items[0]!.id);
    expect(await stack.rebuilt({ keepOld: false })).toMatchObject({ state: 'swapped', differences: null });

    const { items, reach } = await queries.list(filter);
    expect(items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id));
    expect(items.length).toBeGreaterThan((await carriedIds(stack.database)).length);
    expect(reach?.bound).toBe(noBound);
    const { rows } = await stack.database.query({
      text: `SELECT (SELECT count(*) FROM ${stack.database.projection}.search_entries) AS entries,
               (SELECT count(*) FROM ${stack.database.projection}.jobs WHERE payload IS NOT NULL) AS jobs`,
    });
    expect(rows).toEqual([{ entries: items.length, jobs: items.length }]);
  });

  it('leaves a late end of the first run behind the second one', async () => {
    const id = newJobId();
    await stack.append([
      [
        { id, phase: 'queued' },
        { id, phase: 'dead_lettered', start: 1 },
        { id, phase: 'queued', run: 2 },
        { id, phase: 'succeeded', run: 1, start: 1 },
      ],
    ]);
    const { id: rebuild, ...end } = await stack.rebuilt({ keepOld: false });
    expect(end).toMatchObject({ state: 'swapped', generation: 4 });
    while ((await stack.rebuilds.read(rebuild)).keptSchema !== null) await pause(20);
    const queries = new JobQueries(stack.database);
    expect(await queries.find(id)).toMatchObject({ run: 2, state: 'queued' });
    const { rows } = await stack.database.query({
      text: 'SELECT FROM pg_namespace WHERE starts_with(nspname, $1)',
      values: [`${stack.settings.schemas.projection}_g`],
    });
    expect(rows).toEqual([]);
  });

  it('makes the groups of errors again, with their counts, times, examples and jobs', async () => {
    const groups = new ErrorGroups(stack.database);
    await stack.append(
      Array.from({ length: 30 }, (_, nth): Facts[] => {
        const id = newJobId();
        const error = { code: `again_${nth % 3}`, message: `No row ${nth}` };
        return [
          { id, phase: 'queued' },
          { id, phase: 'retrying', start: 1, error },
          { id, phase: 'dead_lettered', attempt: 2, start: 2, error },
        ];
      }),
    );
    const read = async () =>
      (await groups.page({ limit: 100 })).items.filter(({ code }) => code.startsWith('again'));
    const before = await read();
    expect(before.map(({ count, deadLetters }) => [count, deadLetters])).toEqual([
      [20, 10],
      [20, 10],
      [20, 10],
    ]);
    expect(await stack.rebuilt({})).toMatchObject({ state: 'swapped', differences: null });
    expect(await read()).toEqual(before);
  });
});
