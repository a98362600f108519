import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { fixTimes, newJobId, parseFilter, type FixedTerm, type JobId } from '@jobstream/contracts';
import type { Database, Session, Statement } from '@jobstream/database';
import fc from 'fast-check';
import { DatabaseFixture } from '../database.fixture-spec.js';
import { projectionLock } from '../projection-lock.js';
import { conditionOf, StatementValues } from '../reads/job-condition.js';
import { JobList, type JobPage } from '../reads/job-list.js';
import { lockAwaited } from '../rebuild/rebuilt-rows.fixture-spec.js';
import { projectRecord } from '../rows/projected-record.js';
import { rowsOf, writeRows } from '../rows/projected-rows.js';
import { historiesOf, incoming, topics, type Facts } from '../wire-history.fixture-spec.js';
import { declareSearch, noBound } from './projected-types.js';

let fixture: DatabaseFixture;
let database: Database;
beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  ({ database } = fixture);
});
beforeEach(() => fixture.truncate());
afterAll(() => fixture.drop());

const [thumbnail, rotation] = ['image.thumbnail', 'image.rotate'];
let published = Date.parse('2026-01-01T00:00:00Z');

/** Declares that a type is searched by these paths, later than all before. */
const declare = (type: string, ...paths: string[]) =>
  declareSearch(database, [{ type, paths, publishedAt: new Date((published += 1)) }]);

/** Writes a batch as a projector does. */
async function write(facts: readonly Facts[], by = database): Promise<void> {
  const records = facts.map((each) => incoming(each));
  await by.transaction(
    (session) =>
      writeRows(
        session,
        by,
        rowsOf(records.map((record) => projectRecord(record, topics.roleOf(record.topic)!))),
      ),
    { sharedLock: projectionLock(by.projection) },
  );
}

let offset = 0;
const queued = (text: string, type = thumbnail): Facts => ({
  id: newJobId(),
  phase: 'queued',
  text,
  type,
  offset: (offset += 1),
});

const read = (text: string): FixedTerm[] => {
  const { terms, faults } = parseFilter(text);
  expect(faults).toEqual([]);
  return fixTimes(terms, () => Date.now());
};

interface Found {
  readonly ids: JobId[];
  readonly reach: JobPage['reach'];
}

/** All pages of a filter. */
async function find(terms: readonly FixedTerm[], jobs = new JobList(database), limit = 7): Promise<Found> {
  const ids: JobId[] = [];
  for (let cursor: string | undefined; ;) {
    const { items, next, reach } = await jobs.page({ terms, limit, cursor });
    ids.push(...items.map(({ id }) => id));
    if (next === null) return { ids, reach };
    cursor = next;
  }
}

/** What meets a filter, from all rows. */
async function met(terms: readonly FixedTerm[]): Promise<JobId[]> {
  const values = new StatementValues();
  const { rows } = await database.query<{ id: JobId }>({
    text: `SELECT id FROM ${database.projection}.jobs WHERE ${conditionOf(terms, values, database)} ORDER BY id DESC`,
    values: values.list,
  });
  return rows.map(({ id }) => id);
}

async function countEntries(): Promise<number> {
  const { rows } = await database.query<{ count: number }>({
    text: `SELECT count(*) AS count FROM ${database.projection}.search_entries`,
  });
  return rows[0]!.count;
}

/** A database that keeps the statements of transactions, and their options. */
function watched(statements: Statement[], optionsOf: object[]): Database {
  return Object.create(database, {
    transaction: {
      value: <T>(work: (session: Session) => Promise<T>, options?: object): Promise<T> =>
        database.transaction(
          (session) =>
            work({
              query: (statement) => {
                statements.push(statement);
                optionsOf.push(options ?? {});
                return session.query(statement);
              },
            }),
          options,
        ),
    },
  }) as Database;
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

describe('the jobs of a value of their payloads', () => {
  it('are found by an index among many jobs, of which no others are looked at', async () => {
    await declare(thumbnail, 'text');
    await declare(rotation, 'text');
    for (let batch = 0; batch < 6; batch += 1)
      await write(
        Array.from({ length: 2_500 }, (_, nth) =>
          queued(`image-${(batch * 2_500 + nth) % 3_750}`, nth % 2 === 0 ? thumbnail : rotation),
        ),
      );
    await write([queued('image-17', 'other.type')]);
    await database.query({ text: `ANALYZE ${database.projection}.jobs` });
    await database.query({ text: `VACUUM ANALYZE ${database.projection}.search_entries` });

    const statements: Statement[] = [];
    const options: object[] = [];
    const terms = read('type:image.* payload.text:image-17,image-3749 state:queued');
    const { ids, reach } = await find(terms, new JobList(watched(statements, options)), 50);
    expect(ids).toEqual(await met(terms));
    expect(ids).toHaveLength(8);
    expect(reach).toMatchObject({ bound: noBound, term: { path: 'text' } });
    expect(statements).toHaveLength(1);
    const { rows } = await database.transaction(
      (session) =>
        session.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>({
          ...statements[0]!,
          text: `EXPLAIN (ANALYZE, FORMAT JSON) ${statements[0]!.text}`,
        }),
      options[0],
    );
    const nodes = nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
    const scans = nodes.filter((node) => node['Relation Name'] !== undefined);
    expect(scans.map((node) => node['Index Name'] ?? node['Node Type'])).toContain('search_entries_pkey');
    for (const scan of scans.filter((node) => node['Relation Name'] !== 'projected_types'))
      expect(scan['Actual Rows'] * scan['Actual Loops']).toBeLessThanOrEqual(8);
    expect(scans.map((node) => node['Relation Name'])).toEqual(expect.arrayContaining(['jobs']));
  }, 60_000);

  it('are all found, once and newest first, where their type declared the path late', async () => {
    await write(Array.from({ length: 30 }, (_, nth) => queued(nth % 3 === 0 ? 'cat' : 'dog')));
    expect(await declare(thumbnail, 'text')).toEqual([thumbnail]);
    const [newest] = await met([]);
    await write(Array.from({ length: 30 }, (_, nth) => queued(nth % 3 === 0 ? 'cat' : 'dog')));
    expect(await countEntries()).toBe(30);
    const terms = read('type:image.thumbnail payload.text:cat');
    const found = await find(terms);
    expect(found.ids).toEqual(await met(terms));
    expect(found.ids).toHaveLength(20);
    expect(found.reach?.bound).toBe(newest);
    // A cursor may lie on either side of the bound, and a page may span it.
    for (const limit of [1, 9, 10, 11, 20])
      expect((await find(terms, undefined, limit)).ids).toEqual(found.ids);
  });

  it('are looked through where a type that may have them declares nothing', async () => {
    await declare(thumbnail, 'text');
    await write([queued('cat'), queued('cat', rotation), queued('cat', 'other.type')]);
    for (const [filter, count] of [
      ['payload.text:cat', 3],
      ['type:image.* payload.text:cat', 2],
      ['-type:other.* payload.text:cat', 2],
      ['type:image.thumbnail,image.rotate payload.text:cat', 2],
    ] as const) {
      const found = await find(read(filter));
      expect([found.ids.length, found.reach]).toEqual([count, undefined]);
    }
    for (const filter of [
      'type:image.thumbnail',
      'type:image.* -type:image.rotate',
      '-type:other.* -type:*.rotate',
    ])
      expect((await find(read(`${filter} payload.text:cat`))).reach).toMatchObject({ bound: noBound });
    await declare(rotation, 'text');
    const { ids, reach } = await find(read('type:image.* payload.text:cat'));
    expect([ids.length, reach?.bound]).toEqual([2, (await met([]))[0]]);
  });

  it('are looked through for what the entries can not tell', async () => {
    await declare(thumbnail, 'text');
    await write([queued('cat'), queued('{"a":1}'), queued('car')]);
    const reachOf = async (filter: string) => {
      const terms = read(`type:image.thumbnail ${filter}`);
      const { ids, reach } = await find(terms);
      expect(ids).toEqual(await met(terms));
      expect(ids.length).toBeGreaterThan(0);
      return reach;
    };
    for (const filter of [
      'payload.text:ca*',
      'payload.text:cat,ca*',
      '-payload.text:cat',
      'payload.run:1',
      String.raw`payload.text:"{\"a\":1}"`,
      'payload.text:cat,1,2,3,4,5,6,7,8',
    ])
      expect(await reachOf(filter)).toBeUndefined();
    expect(await reachOf('payload.text:cat,car -payload.text:car')).toMatchObject({ term: { isNot: false } });
  });

  it('are those of the payload of the last run, also where a replay has changed it', async () => {
    await declare(thumbnail, 'text');
    const job = queued('cat');
    await write([job]);
    await write([{ ...job, run: 2, text: 'dog', offset: (offset += 1) }]);
    const of = async (value: string) => (await find(read(`type:image.* payload.text:${value}`))).ids;
    expect([await of('cat'), await of('dog'), await of('cat,dog')]).toEqual([[], [job.id], [job.id]]);
  });

  it('cost types that declare nothing no entry, and a path that is taken back no more', async () => {
    await declare(thumbnail, 'text', 'run');
    await write([queued('cat'), queued('cat', rotation)]);
    expect(await countEntries()).toBe(2);
    await declare(thumbnail, 'run');
    await write([queued('cat')]);
    expect(await countEntries()).toBe(3);
    expect((await find(read('type:image.thumbnail payload.text:cat'))).ids).toHaveLength(2);
    await declare(thumbnail);
    await write([queued('cat')]);
    expect(await countEntries()).toBe(3);
  });

  it('are all found, for any histories in any order by two projectors, while a path is declared, taken back and declared again', async () => {
    const writers = [fixture.another(), fixture.another()];
    const ids = Array.from({ length: 10 }, () => newJobId());
    const deals = fc.tuple(...ids.map(historiesOf)).chain((histories) => {
      const indexes = [...histories.flat().keys()];
      return fc.record({
        all: fc.constant(histories.flat()),
        order: fc.shuffledSubarray(indexes, { minLength: indexes.length }),
        hands: fc.array(fc.nat(1), { minLength: indexes.length, maxLength: indexes.length }),
        size: fc.integer({ min: 1, max: 8 }),
        declared: fc.array(fc.boolean(), { minLength: 1, maxLength: 4 }),
      });
    });
    await fc.assert(
      fc.asyncProperty(deals, async ({ all, order, hands, size, declared }) => {
        await fixture.truncate();
        const typed = all.map((facts) => ({
          ...facts,
          type: ids.indexOf(facts.id) % 3 === 0 ? rotation : thumbnail,
        }));
        const dealt = [0, 1].map((hand) =>
          order.filter((_, at) => hands[at] === hand).map((at) => typed[at]!),
        );
        await Promise.all([
          ...dealt.map(async (facts, hand) => {
            for (let from = 0; from < facts.length; from += size)
              await write(facts.slice(from, from + size), writers[hand]);
          }),
          (async () => {
            for (const is of declared) {
              await declare(thumbnail, ...(is ? ['text'] : []));
              await declare(rotation, ...(is ? ['text', 'run'] : ['run']));
            }
          })(),
        ]);
        for (const text of ['plain', '""', 'zerobyte', 'NULL,plain', '"half  of a pair"'])
          for (const type of ['image.*', thumbnail]) {
            const terms = read(`type:${type} payload.text:${text}`);
            expect((await find(terms)).ids).toEqual(await met(terms));
          }
        const ofRun = read(`type:image.* payload.run:1,3`);
        expect((await find(ofRun)).ids).toEqual(await met(ofRun));
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

describe('a declaration', () => {
  it('waits for the projectors, so that its bound is right, and says so where they do not end', async () => {
    const slow = fixture.another();
    const job = queued('cat');
    let declaring: Promise<string[]> | undefined;
    let isDeclared = false;
    await slow.transaction(
      async (session) => {
        const records = [incoming(job)].map((record) => projectRecord(record, topics.roleOf(record.topic)!));
        await writeRows(session, slow, rowsOf(records));
        declaring = declare(thumbnail, 'text').finally(() => (isDeclared = true));
        await lockAwaited(database, projectionLock(database.projection));
        expect(isDeclared).toBe(false);
      },
      { sharedLock: projectionLock(database.projection) },
    );
    expect(await declaring).toEqual([thumbnail]);
    const { ids, reach } = await find(read('type:image.thumbnail payload.text:cat'));
    expect([ids, reach?.bound]).toEqual([[job.id], job.id]);
  });

  it('sets every bound anew where an older version, which writes no entries, has moved a checkpoint', async () => {
    const move = (moves: string) =>
      database.query({ text: `UPDATE ${database.projection}.checkpoints SET ${moves}` });
    await declare(thumbnail, 'text');
    await database.query({
      text: `INSERT INTO ${database.projection}.checkpoints (topic, partition, next, entries_to, cluster_id, generation)
             VALUES ('jobs.probe', 0, 7, 7, 'x', 1)`,
    });
    const jobs = [queued('cat'), queued('cat')].sort((a, b) => (a.id < b.id ? 1 : -1));
    await write(jobs);
    const terms = read('type:image.thumbnail payload.text:cat');
    expect((await find(terms)).reach?.bound).toBe(noBound);
    await database.query({ text: `TRUNCATE ${database.projection}.search_entries` });
    await move('next = 8');
    const ids = jobs.map(({ id }) => id);
    expect(await find(terms)).toEqual({ ids, reach: undefined });

    expect(await declareSearch(database, [])).toEqual([thumbnail]);
    expect(await find(terms)).toMatchObject({ ids, reach: { bound: ids[0] } });
    expect(await declareSearch(database, [])).toEqual([]);
  });

  it('that nothing is new in keeps nobody waiting', async () => {
    await declare(thumbnail, 'text');
    await fixture.another().transaction(
      async () => {
        expect(await declare(thumbnail, 'text')).toEqual([]);
        expect(await declareSearch(database, [])).toEqual([]);
      },
      { sharedLock: projectionLock(database.projection) },
    );
  });
});
