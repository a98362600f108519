import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { newJobId, parseFilter, Topics, type FixedTerm } from '@jobstream/contracts';
import type { RebuildView } from '@jobstream/contracts/rest';
import { quoteName, type Session } from '@jobstream/database';
import {
  KafkaConnection,
  kafkaSettingsFromEnv,
  RecordProducer,
  TopicAdmin,
  type OffsetsByTopic,
} from '@jobstream/kafka';
import { createLogger } from '@jobstream/runtime';
import { DatabaseFixture } from '../database.fixture-spec.js';
import { ErrorGroups } from '../error-groups/error-groups.js';
import { JobQueries } from '../reads/job-queries.js';
import { OldJobs } from '../retention/old-jobs.js';
import { ProjectionProgress } from '../progress/progress.js';
import { Projector } from '../projector.js';
import { declareSearch, noBound } from '../search/projected-types.js';
import { incoming, type Facts } from '../wire-history.fixture-spec.js';
import { Generations } from './generations.js';
import { carriedIds, lockAwaited } from './rebuilt-rows.fixture-spec.js';
import { RebuildRun } from './rebuild-run.js';
import { Rebuilder } from './rebuilder.js';
import { RebuildStore } from './rebuild-store.js';
import { Rebuilds } from './rebuilds.js';

const topics = new Topics(`t${randomBytes(5).toString('hex')}`);
const connection = new KafkaConnection(kafkaSettingsFromEnv(process.env));
const admin = new TopicAdmin(connection);
const producer = new RecordProducer(connection);
const logger = createLogger('test', 'silent');
const names = {
  requests: topics.requests('probe'),
  lane: topics.retry('probe', 1_000),
  events: topics.events,
  deadLetters: topics.deadLetters('probe'),
};
let fixture: DatabaseFixture;
let rebuilds: Rebuilds;
let projector: Projector;
const rebuilders: Rebuilder[] = [];

beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  rebuilds = new Rebuilds(fixture.database, fixture.settings, undefined);
  await admin.ensureTopics(Object.values(names).map((name) => ({ name, partitions: 2 })));
  await producer.start();
  projector = new Projector({
    connection,
    database: fixture.another(),
    topics,
    logger,
    prepare: async () => undefined,
    onFatal: (error) => {
      throw error;
    },
  });
  projector.start();
});

afterEach(() => Promise.all(rebuilders.splice(0).map((rebuilder) => rebuilder.stop())));

afterAll(async () => {
  await projector.stop();
  await producer.stop();
  await admin.deleteTopics(Object.values(names));
  await admin.stop();
  for (const { keptSchema } of (await rebuilds.list()).items)
    if (keptSchema !== null)
      await fixture.database.query({ text: `DROP SCHEMA IF EXISTS ${quoteName(keptSchema)} CASCADE` });
  await fixture.drop();
});

const topicOf: Partial<Record<Facts['phase'], string>> = {
  queued: names.requests,
  retrying: names.lane,
  dead_lettered: names.deadLetters,
};

/** Appends records one after another in each job's life, and waits until the live generation has them. */
async function append(histories: readonly Facts[][]): Promise<void> {
  const longest = Math.max(...histories.map(({ length }) => length));
  for (let step = 0; step < longest; step += 1) {
    const records = histories.flatMap((history) => {
      const facts = history[step];
      if (facts === undefined) return [];
      const { key, value, headers } = incoming(facts);
      return [{ topic: topicOf[facts.phase] ?? names.events, key: key!, value, headers: headers! }];
    });
    for (const outcome of await producer.sendAll(records)) if ('error' in outcome) throw outcome.error;
  }
  await projected();
}

/** Waits until the live generation has all there is. @returns the log's ends */
async function projected(): Promise<OffsetsByTopic> {
  const ends = await admin.endOffsets(Object.values(names));
  expect(await new ProjectionProgress(fixture.database).waitUntilPassed(ends, 60_000)).toBe(true);
  return ends;
}

function startRebuilder(): void {
  const rebuilder = new Rebuilder({ connection, settings: fixture.settings, topics, logger });
  rebuilder.start();
  rebuilders.push(rebuilder);
}

async function rebuilt(request: object): Promise<RebuildView> {
  const { id } = await rebuilds.create(request);
  startRebuilder();
  for (;;) {
    const view = await rebuilds.read(id);
    if (view.finishedAt !== null) return view;
    await pause(50);
  }
}

async function rowsOf(schema: string): Promise<string[]> {
  const { rows } = await fixture.database.query<{ line: string }>({
    text: `SELECT (to_jsonb(j) - 'carried')::text AS line FROM ${quoteName(schema)}.jobs AS j
           UNION ALL SELECT t::text FROM ${quoteName(schema)}.job_transitions AS t
           UNION ALL SELECT r::text FROM ${quoteName(schema)}.rejected_records AS r ORDER BY 1`,
  });
  return rows.map(({ line }) => line);
}

/** Failures by the code of their group. */
async function countedErrors(): Promise<Record<string, number>> {
  const { items } = await new ErrorGroups(fixture.database).page({ limit: 100 });
  return Object.fromEntries(items.map(({ code, count }) => [code, count]));
}

/** Does something when the generations are about to meet, once the rebuilt one waits. */
class AwaitedGenerations extends Generations {
  constructor(private readonly beforeMeeting: (nth: number) => Promise<void>) {
    super(fixture.database, fixture.settings);
  }
  private meetings = 0;

  override async holdProjectors(session: Session): Promise<void> {
    await this.beforeMeeting((this.meetings += 1));
    await super.holdProjectors(session);
  }
}

describe('a rebuild', () => {
  it('carries over, marked, the jobs that the log no longer holds, and what happened to them since', async () => {
    const old = Array.from({ length: 40 }, () => newJobId()).sort();
    await append(
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
    await producer.sendAll([{ topic: names.events, key: 'x', value: 'not json', headers: {} }]);
    const cut = await projected();
    for (const [topic, ends] of cut)
      await admin.deleteRecordsBefore(
        topic,
        ends.map((offset, partition) => ({ partition, offset })),
      );
    const young = Array.from({ length: 30 }, () => newJobId());
    await append([
      ...young.map((id): Facts[] => [{ id, phase: 'queued' }]),
      ...old
        .filter((_, nth) => nth % 2 === 0)
        .map((id): Facts[] => [{ id, phase: 'dead_lettered', attempt: 2, start: 2 }]),
    ]);
    const before = await rowsOf(fixture.settings.schemas.projection);
    expect(before.length).toBeGreaterThan(40 + 30 + 20 + 20);
    expect(await countedErrors()).toEqual({ boom: 39, gone: 1 });

    const end = await rebuilt({});
    expect(end).toMatchObject({ state: 'swapped', carried: 40, compared: 70, differences: null });
    // 30 jobs begun and 20 dead-lettered since the log was cut.
    expect(end.progress).toMatchObject({ records: 50, total: 50 });
    expect(await rowsOf(fixture.settings.schemas.projection)).toEqual(before);
    expect(await carriedIds(fixture.database)).toEqual(old);
    // What the log holds is counted anew. Of a group that it holds nothing of, the count stays.
    expect(await countedErrors()).toEqual({ boom: 20, gone: 1 });
    const queries = new JobQueries(fixture.database);
    expect((await queries.history(old[0]!))!.map(({ state }) => state)).toEqual([
      'queued',
      'retrying',
      'dead_lettered',
    ]);
    // The live projector has found its place in the new generation.
    await append([[{ id: old[1]!, phase: 'queued', run: 2 }]]);
    expect(await queries.find(old[1]!)).toMatchObject({ run: 2, state: 'queued' });
  });

  it('gives every job the entries by which it is searched, also one that was there before its type declared them', async () => {
    const queries = new JobQueries(fixture.database);
    const filter = {
      terms: parseFilter('type:probe.run payload.text:text').terms as FixedTerm[],
      limit: 500,
    };
    const declaration = { type: 'probe.run', paths: ['text'], publishedAt: new Date() };
    expect(await declareSearch(fixture.database, [declaration])).toEqual(['probe.run']);
    const before = await queries.list(filter);
    expect(before.reach?.bound).toBe(before.items[0]!.id);
    expect(await rebuilt({ keepOld: false })).toMatchObject({ state: 'swapped', differences: null });

    const { items, reach } = await queries.list(filter);
    expect(items.map(({ id }) => id)).toEqual(before.items.map(({ id }) => id));
    expect(items.length).toBeGreaterThan((await carriedIds(fixture.database)).length);
    expect(reach?.bound).toBe(noBound);
    const { rows } = await fixture.database.query({
      text: `SELECT (SELECT count(*) FROM ${fixture.database.projection}.search_entries) AS entries,
               (SELECT count(*) FROM ${fixture.database.projection}.jobs WHERE payload IS NOT NULL) AS jobs`,
    });
    expect(rows).toEqual([{ entries: items.length, jobs: items.length }]);
  });

  it('leaves a late end of the first run behind the second one', async () => {
    const id = newJobId();
    await append([
      [
        { id, phase: 'queued' },
        { id, phase: 'dead_lettered', start: 1 },
        { id, phase: 'queued', run: 2 },
        { id, phase: 'succeeded', run: 1, start: 1 },
      ],
    ]);
    const { id: rebuild, ...end } = await rebuilt({ keepOld: false });
    expect(end).toMatchObject({ state: 'swapped', generation: 4 });
    while ((await rebuilds.read(rebuild)).keptSchema !== null) await pause(20);
    const queries = new JobQueries(fixture.database);
    expect(await queries.find(id)).toMatchObject({ run: 2, state: 'queued' });
    const { rows } = await fixture.database.query({
      text: 'SELECT FROM pg_namespace WHERE starts_with(nspname, $1)',
      values: [`${fixture.settings.schemas.projection}_g`],
    });
    expect(rows).toEqual([]);
  });

  it('makes the groups of errors again, with their counts, times, examples and jobs', async () => {
    const groups = new ErrorGroups(fixture.database);
    await append(
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
    expect(await rebuilt({})).toMatchObject({ state: 'swapped', differences: null });
    expect(await read()).toEqual(before);
  });

  it('is done by one of several processes, and one at a time', async () => {
    startRebuilder();
    startRebuilder();
    const asked = await Promise.allSettled([rebuilds.create({}), rebuilds.create({}), rebuilds.create({})]);
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(asked.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'rebuild_running' } },
      { reason: { code: 'rebuild_running' } },
    ]);
    const { items } = await rebuilds.list();
    while ((await rebuilds.read(items[0]!.id)).finishedAt === null) await pause(50);
    expect(await rebuilds.read(items[0]!.id)).toMatchObject({ state: 'swapped', generation: 6 });
  });

  it('is resumed where it was when its process stops, and is thrown away when it is cancelled', async () => {
    const { id } = await rebuilds.create({});
    startRebuilder();
    while ((await rebuilds.read(id)).generation === null) await pause(5);
    await rebuilders.pop()!.stop();
    await rebuilds.cancel(id).catch(() => undefined);
    startRebuilder();
    while ((await rebuilds.read(id)).finishedAt === null) await pause(20);
    const { state, generation } = await rebuilds.read(id);
    expect(['cancelled', 'swapped']).toContain(state);
    if (state === 'swapped') return;
    const { rows } = await fixture.database.query({
      text: 'SELECT FROM pg_namespace WHERE nspname = $1',
      values: [`${fixture.settings.schemas.projection}_g${generation}`],
    });
    expect(rows).toEqual([]);
  });

  it('fails with the reason once three of its processes died, not counting those that stopped or live', async () => {
    const store = new RebuildStore(fixture.database);
    const { id } = await rebuilds.create({});
    const expire = () =>
      fixture.database.query({
        text: `UPDATE ${fixture.database.operations}.rebuilds SET lease_until = now() - interval '1 s' WHERE id = $1`,
        values: [id],
      });
    const deaths = async () => (await store.find(id))!.deaths;
    await store.claim('stops');
    await store.release('stops');
    await store.claim('thaws');
    await expire();
    await store.claim('dies');
    expect(await deaths()).toBe(1);
    await store.revive('thaws');
    expect(await deaths()).toBe(0);
    await expire();
    await store.claim('dies too');
    await expire();
    await store.claim('dies last');
    expect(await deaths()).toBe(2);
    await expire();
    startRebuilder();
    while ((await rebuilds.read(id)).finishedAt === null) await pause(20);
    expect(await rebuilds.read(id)).toMatchObject({
      state: 'failed',
      keptSchema: null,
      failure: { code: 'runner_died', message: expect.stringContaining('3 times') },
    });
  });

  it.each([2, 7, 8])(
    'compares what was written just before alignment %s, and swaps no row that it has not compared',
    async (alignment) => {
      const late = newJobId();
      const { events } = names;
      const generations = new AwaitedGenerations(async (nth) => {
        if (nth !== alignment) return;
        await append([[{ id: late, phase: 'queued' }]]);
        await producer.sendAll([{ topic: events, key: late, value: 'not json', headers: {} }]);
        await projected();
        const { projection } = fixture.database;
        await fixture.database.query({
          text: `UPDATE ${projection}.jobs SET type = 'wrong' WHERE id = $1`,
          values: [late],
        });
        await fixture.database.query({ text: `UPDATE ${projection}.rejected_records SET reason = 'wrong'` });
      });
      const store = new RebuildStore(fixture.database);
      const { id } = await rebuilds.create({});
      const rebuild = await store.claim('me');
      const run = new RebuildRun(
        {
          connection,
          admin,
          topics,
          logger,
          store,
          generations,
          owner: 'me',
          // Rounds of comparing what was touched go on to the last.
          database: fixture.another(),
          settings: fixture.settings,
          fewJobs: -1,
        },
        rebuild!,
      );
      await run.run();
      expect(await rebuilds.read(id)).toMatchObject({
        state: 'failed',
        differences: {
          total: 2,
          first: expect.arrayContaining([
            { table: 'jobs', key: late, only: null, columns: ['type'] },
            expect.objectContaining({ table: 'rejected_records', columns: ['reason'] }),
          ]),
        },
      });
      expect(generations.live).toBe(fixture.settings.schemas.projection);
      // The rebuilt rows are right: they end the disorder.
      await rebuilds.swap(id);
      startRebuilder();
      while ((await rebuilds.read(id)).finishedAt === null) await pause(20);
    },
  );

  it('begins between two pages of what retention deletes, and ends the deleting', async () => {
    const store = new RebuildStore(fixture.database);
    const order: string[] = [];
    let creating: Promise<RebuildView> | undefined;
    await fixture.database.transaction(
      async () => {
        creating = rebuilds.create({});
        void creating.then(() => order.push('begun'));
        await lockAwaited(fixture.database, new RebuildStore(fixture.database).lock);
        order.push('page deleted');
      },
      { sharedLock: store.lock },
    );
    await creating;
    expect(order).toEqual(['page deleted', 'begun']);
    const old = {
      states: ['succeeded', 'dead_lettered', 'cancelled', 'expired'] as const,
      before: new Date(Date.now() + 60_000),
      starts: new Map<string, number[]>(),
    };
    const before = await rowsOf(fixture.settings.schemas.projection);
    for await (const deleted of new OldJobs(fixture.another()).delete(old)) expect(deleted).toBe('nothing');
    expect(await rowsOf(fixture.settings.schemas.projection)).toEqual(before);
    await rebuilds.cancel((await creating!).id);
    startRebuilder();
    while ((await rebuilds.read((await creating!).id)).finishedAt === null) await pause(20);
    let total = 0;
    for await (const deleted of new OldJobs(fixture.another()).delete(old)) total += deleted;
    expect(total).toBeGreaterThan(0);
  });
});
