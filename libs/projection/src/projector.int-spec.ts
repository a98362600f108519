import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { newJobId, Topics, type JobId } from '@jobstream/contracts';
import { encodePoison } from '@jobstream/contracts/records';
import { Database } from '@jobstream/database';
import { KafkaConnection, kafkaSettingsFromEnv, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { createLogger } from '@jobstream/runtime';
import { DatabaseFixture } from './database.fixture-spec.js';
import { DatabaseProxy, eventually } from '@jobstream/testing';
import { JobQueries } from './reads/job-queries.js';
import { ProjectionProgress } from './progress/progress.js';
import { Projector, type ProjectorOptions } from './projector.js';
import { incoming, type Facts } from './wire-history.fixture-spec.js';

const topics = new Topics(`t${randomBytes(5).toString('hex')}`);
const connection = new KafkaConnection(kafkaSettingsFromEnv(process.env));
const admin = new TopicAdmin(connection);
const producer = new RecordProducer(connection);
const names = {
  requests: topics.requests('probe'),
  lane: topics.retry('probe', 1_000),
  events: topics.events,
  deadLetters: topics.deadLetters('probe'),
  delayed: topics.delayed,
};
let fixture: DatabaseFixture;
let queries: JobQueries;
let progress: ProjectionProgress;
const running: Projector[] = [];
const fatal: Error[] = [];
let onFatal = (error: Error): void => void fatal.push(error);

beforeAll(async () => {
  fixture = await DatabaseFixture.create();
  queries = new JobQueries(fixture.database);
  progress = new ProjectionProgress(fixture.database);
  await admin.start();
  await admin.ensureTopics(Object.values(names).map((name) => ({ name, partitions: 3 })));
  await producer.start();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((projector) => projector.stop()));
  expect(fatal.splice(0)).toEqual([]);
});

afterAll(async () => {
  await producer.stop();
  await admin.deleteTopics(Object.values(names));
  await admin.stop();
  await fixture.drop();
});

/** Loses the answer to a commit: what was to be written is there. */
class ForgetfulDatabase extends Database {
  forgetsNext = false;

  override async transaction<T>(...how: Parameters<Database['transaction']>): Promise<T> {
    const answer = await super.transaction(...how);
    if (!this.forgetsNext) return answer as T;
    this.forgetsNext = false;
    throw new Error('Connection terminated unexpectedly');
  }
}

function startProjector(
  database: Database = fixture.another(),
  told: Pick<ProjectorOptions, 'onWriting' | 'onWritten'> = {},
): Projector {
  const projector = new Projector({
    connection,
    database,
    topics,
    logger: createLogger('test', 'silent'),
    prepare: async () => undefined,
    onFatal: (error) => onFatal(error),
    ...told,
  });
  projector.start();
  running.push(projector);
  return projector;
}

const topicOf: Partial<Record<Facts['phase'], string>> = {
  queued: names.requests,
  retrying: names.lane,
  dead_lettered: names.deadLetters,
};

const steps: readonly Facts['phase'][][] = [['queued'], ['retrying'], ['succeeded', 'dead_lettered']];

/** Appends records, each step of the jobs' lives after the one before. */
async function append(history: readonly Facts[]): Promise<void> {
  for (const step of steps) {
    const records = history
      .filter(({ phase }) => step.includes(phase))
      .map((facts) => {
        const { key, value, headers } = incoming(facts);
        return { topic: topicOf[facts.phase] ?? names.events, key: key!, value, headers: headers! };
      });
    for (const outcome of await producer.sendAll(records)) if ('error' in outcome) throw outcome.error;
  }
}

async function projected(timeoutMs = 20_000): Promise<boolean> {
  return progress.waitUntilPassed(await admin.endOffsets(Object.values(names)), timeoutMs);
}

/** Rows and history as text, to compare whole tables. */
async function tables(): Promise<string[]> {
  const { projection } = fixture.database;
  const { rows } = await fixture.database.query<{ line: string }>({
    text: `SELECT j::text AS line FROM ${projection}.jobs j UNION ALL SELECT t::text FROM ${projection}.job_transitions t
           UNION ALL SELECT r::text FROM ${projection}.rejected_records r ORDER BY 1`,
  });
  return rows.map(({ line }) => line);
}

function someHistories(count: number): { ids: JobId[]; records: Facts[] } {
  const ids = Array.from({ length: count }, () => newJobId());
  const records = ids.flatMap((id, index): Facts[] => {
    const plain: Facts[] = [
      { id, phase: 'queued' },
      { id, phase: 'succeeded', start: 1 },
    ];
    const failing: Facts[] = [
      { id, phase: 'queued' },
      { id, phase: 'retrying', start: 1 },
      { id, phase: 'dead_lettered', attempt: 2, start: 2 },
    ];
    return index % 5 === 0 ? failing : plain;
  });
  return { ids, records };
}

describe('a projector', () => {
  it('writes what the log holds, and answers once it has passed the end', async () => {
    const { ids, records } = someHistories(500);
    await append(records);
    startProjector();
    expect(await projected()).toBe(true);

    const found = await Promise.all(ids.map((id) => queries.find(id)));
    expect(found.map((job) => job?.state)).toEqual(
      ids.map((_, index) => (index % 5 === 0 ? 'dead_lettered' : 'succeeded')),
    );
    expect((await queries.history(ids[0]!))?.map(({ state }) => state)).toEqual([
      'queued',
      'retrying',
      'dead_lettered',
    ]);
  });

  it('gives the same rows when everything is projected twice, by two at once', async () => {
    startProjector();
    await append(someHistories(300).records);
    expect(await projected()).toBe(true);
    const once = await tables();
    await Promise.all(running.splice(0).map((projector) => projector.stop()));

    await fixture.database.query({ text: `UPDATE ${fixture.database.projection}.checkpoints SET next = 0` });
    startProjector();
    startProjector();
    expect(await projected()).toBe(true);
    expect(await tables()).toEqual(once);

    await fixture.truncate();
    await Promise.all(running.splice(0).map((projector) => projector.stop()));
    startProjector();
    expect(await projected()).toBe(true);
    expect(await tables()).toEqual(once);
  });

  it('goes where the checkpoints are when someone moves them under it', async () => {
    const projector = startProjector();
    const partitions = Object.keys(names).length * 3;
    await eventually(async () =>
      expect(await projector.health()).toMatchObject({ ok: true, detail: { partitions } }),
    );
    await append(someHistories(50).records);
    expect(await projected()).toBe(true);
    const before = await tables();
    await fixture.database.query({ text: `UPDATE ${fixture.database.projection}.checkpoints SET next = 0` });
    // A partition shows that its checkpoint was moved when something new is written of it: each gets something.
    const { ids, records } = someHistories(250);
    await append(records);
    expect(await projected()).toBe(true);
    expect((await queries.find(ids[1]!))?.state).toBe('succeeded');
    expect(await tables()).toEqual(expect.arrayContaining(before));
  });

  it('takes over what another one leaves', async () => {
    const first = startProjector();
    expect(await projected()).toBe(true);
    startProjector();
    await first.stop();
    const { ids, records } = someHistories(20);
    await append(records);
    expect(await projected()).toBe(true);
    expect(await queries.find(ids.at(-1)!)).toMatchObject({ state: 'succeeded', deliveries: 1 });
  });

  it('holds its place while Postgres is away, is not ready, and resumes by itself', async () => {
    const proxy = await DatabaseProxy.open(fixture.settings.url);
    const database = new Database({ ...fixture.settings, url: proxy.url });
    const projector = startProjector(database);
    await append(someHistories(5).records);
    expect(await projected()).toBe(true);
    expect(await projector.health()).toMatchObject({ ok: true });

    proxy.cut();
    const { ids, records } = someHistories(200);
    await append(records);
    const writes = async () => {
      const health = await projector.health().catch(() => ({ ok: false, why: '' }));
      return health.ok || !health.why.startsWith('writing rows');
    };
    while (await writes()) await proxy.refused();

    proxy.mend();
    expect(await projected()).toBe(true);
    expect((await queries.find(ids[1]!))?.state).toBe('succeeded');
    expect(await projector.health()).toMatchObject({ ok: true });
    await projector.stop();
    await database.close();
    await proxy.close();
  });

  it('tells of rows before it writes them, so of those too whose commit was not answered', async () => {
    const database = new ForgetfulDatabase(fixture.settings);
    const [written, told] = [new Set<JobId>(), new Set<JobId>()];
    startProjector(database, {
      onWriting: ({ folds }) => [...folds.keys()].forEach((id) => told.add(id)),
      onWritten: ({ written: rows }) => [...rows.folds.keys()].forEach((id) => written.add(id)),
    });
    expect(await projected()).toBe(true);
    database.forgetsNext = true;
    const { ids, records } = someHistories(1);
    await append(records);
    expect(await projected()).toBe(true);
    expect(database.forgetsNext).toBe(false);
    expect(await queries.find(ids[0]!)).toBeDefined();
    expect([...told]).toEqual(expect.arrayContaining([...written, ...ids]));
    await Promise.all(running.splice(0).map((projector) => projector.stop()));
    await database.close();
  });

  it('lists what can not be read, and leaves to the workers what is theirs', async () => {
    await fixture.truncate();
    const poison = encodePoison({
      v: 1,
      reason: 'malformed',
      error: { code: 'malformed', message: 'The value is not JSON' },
      origin: { topic: names.requests, partition: 2, offset: 77, at: '2026-01-01T00:00:00.000Z' },
      raw: { key: null, value: 'bm90IGpzb24=', headers: {} },
    });
    const id = newJobId();
    const misplaced = incoming({ id, phase: 'succeeded' });
    await producer.sendAll([
      { topic: names.events, key: 'x', value: 'not json', headers: {} },
      { topic: names.events, key: 'x', value: null, headers: {} },
      { topic: names.requests, key: 'x', value: 'not json either', headers: {} },
      { topic: names.requests, key: 'x', value: misplaced.value, headers: misplaced.headers! },
      { topic: names.deadLetters, ...poison },
    ]);
    startProjector();
    expect(await projected()).toBe(true);
    const { rows } = await fixture.database.query({
      text: `SELECT topic, reason, queue, "offset" = 77 AS origin, dead_letter_topic
             FROM ${fixture.database.projection}.rejected_records ORDER BY queue, reason`,
    });
    expect(rows).toEqual([
      {
        topic: names.requests,
        reason: 'malformed',
        queue: 'probe',
        origin: true,
        dead_letter_topic: names.deadLetters,
      },
      { topic: names.events, reason: 'malformed', queue: null, origin: false, dead_letter_topic: null },
      { topic: names.events, reason: 'tombstone', queue: null, origin: false, dead_letter_topic: null },
    ]);
    expect(await queries.find(id)).toBeUndefined();
  });

  it('refuses the log of another cluster, and says what can be done', async () => {
    const { projection } = fixture.database;
    await fixture.database.query({ text: `UPDATE ${projection}.checkpoints SET cluster_id = 'another'` });
    startProjector();
    const error = await new Promise<Error>((resolve) => (onFatal = resolve));
    expect(error).toMatchObject({ code: 'foreign_log' });
    expect(error.message).toContain('JOBSTREAM_NAMESPACE');
    await fixture.truncate();
  });
});
