import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type JobContext, defineJob, defineQueue } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import { Database, databaseSettingsFromEnv, schemasOf } from '@jobstream/database';
import { connectToBroker, eventually } from '@jobstream/testing';
import { z } from 'zod';
import { handlerOf, StackFixture, type TestedWorker } from '../worker/stack.fixture-spec.js';
import { ClaimStore } from './claim-store.js';

const queue = defineQueue('print');
const shared = {
  queue,
  payload: z.strictObject({
    sleepMs: z.int().default(0),
    failTimes: z.int().default(0),
    until: z.string().optional(),
  }),
  result: z.strictObject({ attempt: z.int() }),
  retries: 2,
  backoff: ['300ms'],
} as const;
const page = defineJob({ ...shared, type: 'print.page' });
const cheque = defineJob({ ...shared, type: 'print.cheque', exclusive: true });
const once = defineJob({ ...shared, type: 'print.once', exclusive: true, onOwnerDeath: 'dead-letter' });
type Page = typeof page;

const leaseMs = 5_000;
const environment = { CLAIM_LEASE_SECONDS: String(leaseMs / 1_000) };
const starts: string[] = [];
const open = new Map<string, () => void>();

async function print(
  { sleepMs, failTimes, until }: z.output<Page['payload']>,
  { id, run, attempt, signal }: JobContext<Page>,
) {
  starts.push(`${id} ${run}.${attempt}`);
  if (sleepMs > 0) await new Promise((resolve) => setTimeout(resolve, sleepMs));
  if (until !== undefined) {
    await new Promise<void>((resolve, reject) => {
      open.set(until, resolve);
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
  if (attempt <= failTimes) throw new Error('no');
  return { attempt };
}
const handlers = [page, cheque, once].map((definition) => handlerOf(definition, print));
const startsOf = (id: string) =>
  starts.filter((start) => start.startsWith(id)).map((start) => start.split(' ')[1]);

describe('claimed jobs', () => {
  const stack = new StackFixture([page, cheque, once]);
  const database = new Database({
    ...databaseSettingsFromEnv(process.env),
    schemas: schemasOf(stack.namespace),
  });
  let workers: TestedWorker[];
  const startWorkers = async () => {
    workers = [
      await stack.startWorker(handlers, { environment }),
      await stack.startWorker(handlers, { environment }),
    ];
  };
  beforeAll(async () => {
    await stack.start();
    await startWorkers();
  });
  afterAll(async () => {
    await stack.stop();
    await database.close();
  });

  /** Writes a request as often as there are keys; those put it into partitions. */
  const submit = async (definition: Page, payload: z.input<Page['payload']>, keys?: string[], more = {}) => {
    const value = stack.requestOf(definition, payload, more);
    const head = { run: 1, attempt: 1, createdAt: Date.now(), claimed: true as const };
    const record = encodeRecord({ ...head, phase: 'queued', value });
    const topic = stack.topics.requests('print');
    for (const key of keys ?? [record.key]) await stack.producer.send({ topic, ...record, key });
    return value.id;
  };
  const settled = () =>
    eventually(async () => {
      const topic = stack.topics.requests('print');
      const ends = (await stack.admin.endOffsets([topic])).get(topic)!;
      expect(await stack.committed(topic, 'print')).toBe(ends.reduce((sum, end) => sum + end, 0));
    });
  const counted = async (met: string) => {
    const counts = await Promise.all(
      workers.map(async ({ metrics }) => {
        const { values } = await metrics.getSingleMetric('jobstream_claims_total')!.get();
        return values.find(({ labels }) => labels.met === met)?.value ?? 0;
      }),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  };

  it('run once, however many copies they have, and write the same outcome for each', async () => {
    const keys = ['a', 'b', 'c', 'd', 'e', 'f', 'a', 'b'];
    const ids = await Promise.all(
      [0, 0, 50, 50, 300, 300, 700, 700].map((sleepMs) => submit(page, { sleepMs }, keys)),
    );
    for (const id of ids) await stack.succeeded(id);
    await settled();
    expect(ids.map(startsOf)).toEqual(ids.map(() => ['1.1']));
    const finals = ids.flatMap((id) => stack.of(id, 'succeeded'));
    expect(new Set(finals.map(({ job }) => JSON.stringify(job.value))).size).toBe(ids.length);
    console.log(
      `${ids.length} jobs, ${ids.length * keys.length} requests over partitions: ${starts.length} starts, ` +
        `${await counted('waited')} waits, ${await counted('ended')} ended claims met`,
    );
  });

  it('are retried, each attempt under a claim of its own', async () => {
    const id = await submit(cheque, { failTimes: 1 }, ['a', 'b']);
    await stack.succeeded(id);
    await settled();
    expect(startsOf(id)).toEqual(['1.1', '1.2']);
    const dead = await submit(cheque, { failTimes: 9 });
    await stack.deadLettered(dead);
    expect(startsOf(dead)).toEqual(['1.1', '1.2', '1.3']);
  });

  it('of one key are retried in place, by the holder of their partition', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) {
      ids.push(await submit(cheque, { failTimes: 1 }, ['k', 'k'], { orderingKey: 'k' }));
    }
    for (const id of ids) await stack.succeeded(id);
    await settled();
    expect(ids.map(startsOf)).toEqual(ids.map(() => ['1.1', '1.2']));
  });

  it.each([
    ['5 times', cheque, 5, 0],
    ['once, where its definition allows none', once, 1, 0],
    ['4 times, then succeeds', cheque, 4, 1],
  ])(
    'are not run again after their owner died %s',
    async (_, definition, deaths, expectedStarts) => {
      const store = new ClaimStore(database, 1);
      const value = stack.requestOf(definition, {});
      const request = { id: value.id, run: 1, attempt: 1, inPlace: false };
      // Owners that never tell of themselves again: the last one's lease is over, too.
      for (let n = 0; n < deaths; n++) {
        await eventually(async () =>
          expect(await store.take({ ...request, owner: `dead ${n}` })).toMatchObject({ kind: 'taken' }),
        );
      }
      const head = { run: 1, attempt: 1, createdAt: Date.now() };
      const record = encodeRecord({ ...head, phase: 'queued', value });
      await stack.producer.send({ topic: stack.topics.requests('print'), ...record });
      if (expectedStarts > 0) await stack.succeeded(value.id);
      else
        expect((await stack.deadLettered(value.id)).job.value).toMatchObject({
          reason: 'owner_died',
          error: { code: 'owner_died' },
          attempts: 1,
        });
      expect(startsOf(value.id)).toHaveLength(expectedStarts);
    },
    60_000,
  );

  it('keep their claim while they run, for longer than a lease', async () => {
    const id = await submit(page, { until: 'long' }, ['a', 'b', 'c', 'd']);
    await eventually(() => expect(open.has('long')).toBe(true));
    // Past the end of the first lease, and of one that was renewed once.
    await new Promise((resolve) => setTimeout(resolve, 1.5 * leaseMs));
    open.get('long')!();
    await stack.succeeded(id);
    await settled();
    expect(startsOf(id)).toEqual(['1.1']);
  });

  it('are stopped when another takes their claim, and write no outcome', async () => {
    const id = await submit(cheque, { until: 'stolen' });
    await eventually(() => expect(open.has('stolen')).toBe(true));
    const lost = await counted('lost');
    const { operations } = database;
    const thief = new ClaimStore(database, 1);
    // Its owner may renew it in between.
    await eventually(async () => {
      await database.query({
        text: `UPDATE ${operations}.claims SET leased_until = now() - interval '1 s' WHERE id = $1`,
        values: [id],
      });
      const taken = await thief.take({ id, run: 1, attempt: 1, inPlace: false, owner: 'thief' });
      expect(taken).toMatchObject({ kind: 'taken' });
    });
    await eventually(async () => expect(await counted('lost')).toBe(lost + 1));
    expect(stack.of(id).filter(({ job }) => job.phase !== 'queued' && job.phase !== 'started')).toEqual([]);
    // The thief’s lease is over at once: the attempt is taken over from it.
    await eventually(() => expect(startsOf(id)).toEqual(['1.1', '1.1']));
    open.get('stolen')!();
    await stack.succeeded(id);
  });

  it('run no second time when their group reads all records again', async () => {
    await Promise.all(Array.from({ length: 40 }, () => submit(cheque, {}))).then((ids) =>
      Promise.all(ids.map((id) => stack.succeeded(id))),
    );
    await settled();
    await Promise.all(workers.map((worker) => worker.stop()));
    const before = starts.length;
    const admin = connectToBroker().openClient().admin();
    await admin.connect();
    const topics = (await stack.admin.listTopics()).filter(
      (topic) =>
        topic.startsWith(stack.topics.requests('print')) && topic !== stack.topics.deadLetters('print'),
    );
    const ends = await stack.admin.endOffsets(topics);
    for (const topic of topics) {
      const partitions = ends.get(topic)!.map((_, partition) => ({ partition, offset: '0' }));
      await admin.setOffsets({ groupId: stack.topics.group('print'), topic, partitions });
    }
    await admin.disconnect();
    const again = [...ends.values()].flat().reduce((sum, end) => sum + end, 0);
    await startWorkers();
    await settled();
    console.log(
      `offsets set to 0 under ${again} records of a drained queue: ${starts.length - before} new starts`,
    );
    expect(again).toBeGreaterThan(100);
    expect(starts.length).toBe(before);
  });
});
