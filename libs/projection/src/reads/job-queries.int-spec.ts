import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newJobId, termsOf, type JobId, type PlainConditions } from '@jobstream/contracts';
import { InvalidCursorError } from '@jobstream/contracts/rest';
import { rowsOf, writeRows } from '../rows/projected-rows.js';
import { DatabaseFixture } from '../database.fixture-spec.js';
import { JobCounts } from './job-counts.js';
import type { JobFilter } from './job-list.js';
import { JobQueries } from './job-queries.js';
import { projectRecord } from '../rows/projected-record.js';
import { incoming, topics, type Facts } from '../wire-history.fixture-spec.js';

let fixture: DatabaseFixture;
let queries: JobQueries;
beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  queries = new JobQueries(fixture.database);
});
beforeEach(() => fixture.truncate());
afterAll(() => fixture.drop());

let nextOffset = 0;
async function write(...history: Facts[]): Promise<void> {
  const { database } = fixture;
  const records = history.map((facts) => {
    nextOffset += 1;
    const record = incoming({ offset: nextOffset, ...facts });
    return projectRecord(record, topics.roleOf(record.topic)!);
  });
  await database.transaction((session) => writeRows(session, database, rowsOf(records)));
}

/** Queues jobs; their ids, lowest first. */
async function queue(count: number, more: Partial<Facts> = {}): Promise<JobId[]> {
  const ids = Array.from({ length: count }, () => newJobId()).sort();
  await write(...ids.map((id): Facts => ({ id, phase: 'queued', ...more })));
  return ids;
}

/** Ids of all pages, as a client that follows `next` sees them. */
async function listAll(
  { limit, payload, ...conditions }: PlainConditions & Pick<JobFilter, 'limit' | 'payload'>,
  betweenPages = async () => {},
): Promise<JobId[]> {
  const terms = termsOf(conditions);
  const ids: JobId[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await queries.list({ terms, limit, payload, ...(cursor ? { cursor } : {}) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
    await betweenPages();
  }
  return ids;
}

describe('find', () => {
  it('answers the fields of a row', async () => {
    const id = newJobId();
    await write(
      { id, phase: 'queued', submittedFor: 'ada' },
      { id, phase: 'started', start: 1, text: 'w' },
      { id, phase: 'succeeded', start: 2, text: 'w' },
    );
    expect(await queries.find(id.toUpperCase())).toMatchObject({
      id,
      type: 'probe.run',
      queue: 'probe',
      state: 'succeeded',
      priority: 'normal',
      run: 1,
      attempt: 1,
      payload: { text: 'text', run: 1 },
      result: 'w',
      error: null,
      progress: null,
      maxAttempts: 4,
      deliveries: 2,
      submittedFor: 'ada',
      worker: 'w 2',
      nextAttemptAt: null,
      reason: null,
      createdAt: new Date('2026-01-01T00:00:00.000Z'),
      finishedAt: new Date('2026-01-01T00:00:00.007Z'),
    });
    expect(await queries.find(newJobId())).toBeUndefined();
  });

  it('answers many at once, also the same one', async () => {
    const ids = await queue(1_500);
    const found = await Promise.all([...ids, ids[0]!].map((id) => queries.find(id)));
    expect(found.map((job) => job?.id)).toEqual([...ids, ids[0]]);
  });
});

describe('list', () => {
  it('pages by id, newest first, and holds no job twice while others arrive', async () => {
    const ids = await queue(250);
    const listed = await listAll({ limit: 40 }, async () => {
      await queue(100);
    });
    expect(listed).toEqual(ids.toReversed());
  });

  it('finds by each filter and by all together', async () => {
    await queue(30);
    const [wanted] = await queue(1, { submittedFor: 'ada', type: 'image.thumbnail' });
    await queue(30, { submittedFor: 'ada' });
    const [failed] = await queue(1, { type: 'image.thumbnail' });
    await write({ id: failed!, phase: 'dead_lettered', type: 'image.thumbnail' });

    expect(await listAll({ submittedFor: 'ada', type: 'image.thumbnail', limit: 5 })).toEqual([wanted]);
    expect(await listAll({ state: 'dead_lettered', limit: 5 })).toEqual([failed]);
    expect(await listAll({ state: 'queued', type: 'image.thumbnail', limit: 5 })).toEqual([wanted]);
    expect(await listAll({ queue: 'elsewhere', limit: 5 })).toEqual([]);
    expect(await listAll({ state: 'queued', queue: 'probe', limit: 25 })).toHaveLength(61);
    const createdAt = new Date('2026-01-01T00:00:00.000Z');
    expect(await listAll({ until: createdAt, limit: 5 })).toEqual([]);
  });

  it('takes since as included and until as not', async () => {
    const [id] = await queue(1);
    const { createdAt } = (await queries.find(id!))!;
    // The fixture's jobs are of one moment, far from the time in their ids: a filter only looks near that time.
    const { projection } = fixture.database;
    const ms = Number.parseInt(id!.replaceAll('-', '').slice(0, 12), 16);
    await fixture.database.query({
      text: `UPDATE ${projection}.jobs SET created_at = to_timestamp($1::float8 / 1000)`,
      values: [ms],
    });
    expect(createdAt).toBeInstanceOf(Date);
    expect(await listAll({ since: new Date(ms), limit: 5 })).toEqual([id]);
    expect(await listAll({ since: new Date(ms + 1), limit: 5 })).toEqual([]);
    expect(await listAll({ until: new Date(ms), limit: 5 })).toEqual([]);
    expect(await listAll({ until: new Date(ms + 1), limit: 5 })).toEqual([id]);
  });

  it('finds a rare job among many, page after page', async () => {
    const [rare] = await queue(1, { type: 'rare' });
    await fixture.database.query({
      text: `INSERT INTO ${fixture.database.projection}.jobs
             SELECT made.* FROM ${fixture.database.projection}.jobs AS job CROSS JOIN generate_series(1, 9000) AS n
             CROSS JOIN LATERAL jsonb_populate_record(job, jsonb_build_object('id', overlay(job.id::text PLACING
               to_char(n, 'FM000000000000') FROM 25), 'type', 'common')) AS made`,
    });
    expect(await listAll({ type: 'rare', limit: 10 })).toEqual([rare]);
  });

  it('makes a page full sooner when jobs are large', async () => {
    const text = 'x'.repeat(200_000);
    const ids: JobId[] = [];
    for (let batch = 0; batch < 5; batch += 1) ids.push(...(await queue(20, { text, submittedFor: 'ada' })));
    const page = await queries.list({ terms: [], limit: 100, payload: true });
    expect(page.items.length).toBeLessThan(100);
    expect(page.items.length).toBeGreaterThan(10);
    expect(await listAll({ limit: 100, payload: true })).toEqual(ids.sort().toReversed());
    const small = await queries.list({ terms: [], limit: 100 });
    expect(small.items.map(({ payload }) => payload)).toEqual(ids.map(() => null));
  });

  it('refuses a cursor that is not valid', async () => {
    await expect(queries.list({ terms: [], cursor: 'nonsense', limit: 5 })).rejects.toThrow(
      InvalidCursorError,
    );
  });

  it('finds nothing for text that no job can hold', async () => {
    expect(await listAll({ submittedFor: 'zero\0byte', limit: 5 })).toEqual([]);
  });
});

describe('history', () => {
  const told = async (id: JobId) =>
    (await queries.history(id))?.map(({ state, run, attempt, superseded }) =>
      [run, attempt, state, ...(superseded ? ['superseded'] : [])].join(' '),
    );

  it('tells a plain life from the row alone', async () => {
    const id = newJobId();
    await write({ id, phase: 'queued' }, { id, phase: 'succeeded', start: 3 });
    expect(await queries.history(id)).toMatchObject([
      { state: 'queued', topic: 'jobs.probe', partition: 0, worker: null, superseded: false },
      {
        state: 'succeeded',
        topic: 'jobs.events',
        worker: 'text 3',
        startedAt: new Date('2026-01-01T00:00:00.003Z'),
      },
    ]);
    expect(await queries.history(newJobId())).toBeUndefined();
  });

  it('tells of retries, dead letters, replays and copies', async () => {
    const id = newJobId();
    await write(
      { id, phase: 'queued' },
      { id, phase: 'queued' },
      { id, phase: 'retrying', start: 1 },
      { id, phase: 'dead_lettered', attempt: 2, start: 2 },
      { id, phase: 'queued', run: 2 },
      { id, phase: 'succeeded', run: 2, start: 3 },
      { id, phase: 'succeeded', run: 1, attempt: 2, start: 4 },
    );
    expect(await told(id)).toEqual([
      '1 1 queued',
      '1 1 queued superseded',
      '1 1 retrying',
      '1 2 dead_lettered superseded',
      '1 2 succeeded',
      '2 1 queued',
      '2 1 succeeded',
    ]);
    const [, , retrying, dead] = (await queries.history(id))!;
    expect(retrying).toMatchObject({
      error: { code: 'boom' },
      worker: 'text 1',
      topic: 'jobs.probe.retry.1s',
    });
    expect(retrying!.nextAttemptAt!.getTime() - retrying!.at.getTime()).toBe(1_000);
    expect(dead).toMatchObject({ reason: 'exhausted', attempts: 2, origin: { topic: 'jobs.probe' } });
  });
});

describe('counts', () => {
  it('counts by type, queue and state', async () => {
    await queue(3);
    const [id] = await queue(2, { type: 'image.thumbnail' });
    await write({ id: id!, phase: 'succeeded', type: 'image.thumbnail' });
    const { counts } = await new JobCounts(fixture.database).count({});
    expect(counts).toEqual([
      { state: 'queued', type: 'image.thumbnail', queue: 'probe', count: 1 },
      { state: 'succeeded', type: 'image.thumbnail', queue: 'probe', count: 1 },
      { state: 'queued', type: 'probe.run', queue: 'probe', count: 3 },
    ]);
  });

  it('counts jobs that are neither queued nor ended by queue and state', async () => {
    await queue(3);
    const [running, retrying] = await queue(2);
    await write({ id: running!, phase: 'started' }, { id: retrying!, phase: 'retrying' });
    const counts = await queries.countActive();
    expect(counts.map(({ queue: _, ...count }) => count)).toEqual(
      expect.arrayContaining([
        { state: 'running', count: 1 },
        { state: 'retrying', count: 1 },
      ]),
    );
    expect(counts).toHaveLength(2);
  });
});
