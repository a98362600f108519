import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type JobContext,
  NonRetryableError,
  RetryAfterError,
  defineJob,
  defineQueue,
  newJobId,
} from '@jobstream/contracts';
import { decodePoison, encodeRecord } from '@jobstream/contracts/records';
import { z } from 'zod';
import { handlerOf, StackFixture, type TestedWorker } from './stack.fixture-spec.js';

const queue = defineQueue('print');
const page = defineJob({
  type: 'print.page',
  queue,
  payload: z.strictObject({
    fail: z.enum(['retryable', 'non-retryable', 'retry-after', 'retry-in-an-hour', 'hang']).optional(),
    times: z.int().default(0),
    bytes: z.int().default(0),
    sleepMs: z.int().default(0),
    progress: z.boolean().default(false),
  }),
  result: z.strictObject({ attempt: z.int(), filler: z.string() }),
  retries: 2,
  backoff: ['500ms', '1s'],
  timeout: '2s',
});
/** Lasts until the test ends it. */
const book = defineJob({
  type: 'print.book',
  queue,
  payload: z.strictObject({}),
  result: z.strictObject({}),
  timeout: '60s',
});

const starts: { readonly id: string; readonly attempt: number; readonly at: number }[] = [];

async function print(
  { fail, times, bytes, sleepMs, progress }: z.output<typeof page.payload>,
  context: JobContext<typeof page>,
) {
  starts.push({ id: context.id, attempt: context.attempt, at: Date.now() });
  if (progress) for (let done = 0; done < 100; done++) context.progress({ done });
  if (sleepMs > 0) await new Promise((resolve) => setTimeout(resolve, sleepMs));
  if (fail !== undefined && context.attempt <= times) {
    if (fail === 'hang') return new Promise<never>(() => undefined);
    if (fail === 'retry-after') throw new RetryAfterError('900ms');
    if (fail === 'retry-in-an-hour') throw new RetryAfterError('1h');
    throw fail === 'retryable'
      ? new Error('out of ink')
      : new NonRetryableError('no paper', { code: 'no_paper' });
  }
  return { attempt: context.attempt, filler: 'x'.repeat(bytes) };
}
let endBook: (() => void) | undefined;
const handlers = [
  handlerOf(page, print),
  handlerOf(book, () => new Promise((resolve) => (endBook = () => resolve({})))),
];

describe('a worker on the real broker', () => {
  const stack = new StackFixture([page, book]);
  let worker: TestedWorker;
  const requests = () => stack.topics.requests('print');
  const deadLetters = () => stack.topics.deadLetters('print');

  beforeAll(async () => {
    await stack.start();
    worker = await stack.startWorker(handlers);
  });
  afterAll(() => stack.stop(), 60_000);

  /** What workers wrote of a job: all but its request, which lies on another topic and may be seen late. */
  const written = (id: string) =>
    stack
      .of(id)
      .map(({ job }) => job.phase)
      .filter((phase) => phase !== 'queued');

  it('writes one record for a quick job and commits its request', async () => {
    const { id } = await stack.submit(page, {}, { submittedFor: 'someone' });
    const { at, job } = await stack.succeeded(id);
    expect(at.topic).toBe(stack.topics.events);
    expect(job.value).toMatchObject({ result: { attempt: 1, filler: '' }, submittedFor: 'someone' });
    expect(written(id)).toEqual(['succeeded']);
  });

  it('reports a longer attempt, and its newest progress', async () => {
    const { id } = await stack.submit(page, { sleepMs: 500, progress: true });
    const quiet = await stack.submit(page, { sleepMs: 500 });
    await Promise.all([stack.succeeded(id), stack.succeeded(quiet.id)]);
    expect(written(id)).toEqual(['progress', 'succeeded']);
    expect(stack.of(id, 'progress')[0]!.job.value).toMatchObject({ progress: { done: 99 } });
    expect(written(quiet.id)).toEqual(['started', 'succeeded']);
  });

  it('retries after the delays of its ladder, never early, while other jobs run', async () => {
    const { id } = await stack.submit(page, { fail: 'retryable', times: 2 });
    const others = await Promise.all(Array.from({ length: 50 }, () => stack.submit(page, {})));
    const ends = await Promise.all(others.map((other) => stack.succeeded(other.id)));
    const { at: end, job } = await stack.succeeded(id);
    expect(job.attempt).toBe(3);
    expect(Math.max(...ends.map(({ at }) => at.timestamp))).toBeLessThan(end.timestamp);
    const retries = stack.of(id, 'retrying');
    expect(retries.map(({ at }) => at.topic)).toEqual([
      stack.topics.retry('print', 500),
      stack.topics.retry('print', 1_000),
    ]);
    const mine = starts.filter((start) => start.id === id);
    retries.forEach(({ at }, failed) => {
      const waited = mine[failed + 1]!.at - at.timestamp;
      expect(waited).toBeGreaterThanOrEqual([500, 1_000][failed]!);
    });
  });

  it('takes the delay a handler asks for', async () => {
    const { id } = await stack.submit(page, { fail: 'retry-after', times: 1 });
    await stack.succeeded(id);
    expect(stack.of(id, 'retrying')[0]!.at.topic).toBe(stack.topics.retry('print', 1_000));
  });

  it('hands a retry beyond the longest lane to the scheduler', async () => {
    const { id } = await stack.submit(page, { fail: 'retry-in-an-hour', times: 1 });
    await stack.until(() => stack.of(id, 'retrying').length > 0, `a retry of job ${id}`);
    const { at, job } = stack.of(id, 'retrying')[0]!;
    expect(at.topic).toBe(stack.topics.delayed);
    const { dueAt } = job.value as { dueAt?: string };
    expect(at.timestamp - Date.parse(dueAt!)).toBeGreaterThanOrEqual(-3_600_000);
    expect(at.timestamp - Date.parse(dueAt!)).toBeLessThan(-3_590_000);
  });

  it('dead-letters a job after its last attempt, with reason, error, attempts and origin', async () => {
    const { id } = await stack.submit(page, { fail: 'retryable', times: 9 });
    const { at, job } = await stack.deadLettered(id);
    const [, last] = stack.of(id, 'retrying');
    expect(at.topic).toBe(deadLetters());
    expect(job.value).toMatchObject({
      reason: 'exhausted',
      attempts: 3,
      error: { code: 'handler_failed', message: 'out of ink' },
      origin: { topic: last!.at.topic, partition: last!.at.partition, offset: last!.at.offset },
    });
    expect(starts.filter((start) => start.id === id).map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  it('dead-letters at once a job that no retry can help', async () => {
    const failed = await stack.submit(page, { fail: 'non-retryable', times: 9 });
    const large = await stack.submit(page, { bytes: 262_144 });
    const unknown = await stack.submit(page, {}, { type: 'print.unknown' });
    const invalid = await stack.submit(page, { sleepMs: 'x', else: 1 });
    const letter = async ({ id }: { id: string }) => (await stack.deadLettered(id)).job.value;
    expect(await letter(failed)).toMatchObject({
      reason: 'non_retryable',
      attempts: 1,
      error: { code: 'no_paper' },
    });
    expect(await letter(large)).toMatchObject({
      reason: 'non_retryable',
      error: { code: 'result_too_large' },
    });
    expect(await letter(unknown)).toMatchObject({ reason: 'unknown_type', attempts: 0 });
    const broken = await letter(invalid);
    expect(broken).toMatchObject({ reason: 'invalid_payload', attempts: 0, payload: { else: 1 } });
    expect(broken).toHaveProperty('error.message', expect.stringContaining('sleepMs'));
  });

  it('fails a hanging attempt by its timeout and runs the next job', async () => {
    const { id } = await stack.submit(page, { fail: 'hang', times: 1 });
    const { job } = await stack.succeeded(id);
    expect(job.attempt).toBe(2);
    expect(stack.of(id, 'retrying')[0]!.job.value).toMatchObject({ error: { code: 'timeout' } });
  });

  it('sets poison aside with its reason, and blocks no other job', async () => {
    const value = stack.requestOf(page, {});
    const request = encodeRecord({ run: 1, attempt: 1, createdAt: Date.now(), phase: 'queued', value });
    const poison: [string, Buffer | string | null, Record<string, string>][] = [
      ['malformed', 'not json', request.headers],
      ['malformed', '{"v":1}', request.headers],
      ['malformed', request.value, {}],
      ['malformed', Buffer.from([0xff, 0xfe, 0x00]), {}],
      ['malformed', request.value, { ...request.headers, 'js-phase': 'succeeded' }],
      ['empty', '', request.headers],
      ['tombstone', null, request.headers],
    ];
    const receipts = await Promise.all(
      poison.map(([, bytes, headers]) =>
        stack.producer.send({ topic: requests(), key: 'same partition', value: bytes, headers }),
      ),
    );
    const behind = encodeRecord({
      run: 1,
      attempt: 1,
      createdAt: Date.now(),
      phase: 'queued',
      value: stack.requestOf(page, {}, { id: newJobId() }),
    });
    await stack.producer.send({ topic: requests(), ...behind, key: 'same partition' });
    const letters = () => stack.on(deadLetters()).flatMap((record) => decodePoison(record.value) ?? []);
    await stack.until(() => letters().length === poison.length, 'all poison to be set aside');
    poison.forEach(([reason], index) => {
      const { topic, partition, offset } = receipts[index]!;
      const letter = letters().find(
        ({ origin }) => origin.offset === offset && origin.partition === partition,
      );
      expect(letter).toMatchObject({ reason, origin: { topic } });
    });
    await stack.succeeded(JSON.parse(behind.value).id as string);
  });

  it('ends a job that has not started in time as expired', async () => {
    const { id } = await stack.submit(page, {}, { expiresAt: new Date(Date.now() - 1_000).toISOString() });
    await stack.until(() => stack.of(id, 'expired').length === 1, 'the job to expire');
    expect(starts.some((start) => start.id === id)).toBe(false);
  });

  it('completes copies without running them', async () => {
    const value = stack.requestOf(page, {});
    const copy = encodeRecord({ run: 1, attempt: 1, createdAt: Date.now(), phase: 'queued', value });
    await Promise.all([1, 2, 3].map(() => stack.producer.send({ topic: requests(), ...copy })));
    const after = await stack.submit(page, {});
    await Promise.all([stack.succeeded(value.id), stack.succeeded(after.id)]);
    expect(starts.filter(({ id }) => id === value.id)).toHaveLength(1);
    expect(stack.of(value.id, 'succeeded')).toHaveLength(1);
  });

  it('holds up no job behind a slow one in its partition', async () => {
    const same = { orderingKey: undefined };
    const slow = stack.requestOf(book, {});
    const quick = Array.from({ length: 200 }, () => stack.requestOf(page, {}, same));
    const send = (value: typeof slow) =>
      stack.producer.send({
        topic: requests(),
        ...encodeRecord({ run: 1, attempt: 1, createdAt: Date.now(), phase: 'queued', value }),
        key: 'one partition',
      });
    await Promise.all([slow, ...quick].map(send));
    await Promise.all(quick.map(({ id }) => stack.succeeded(id)));
    expect(written(slow.id)).not.toContain('succeeded');
    endBook!();
    await stack.succeeded(slow.id);
  });

  it('reads a lane that no definition names any more', async () => {
    const lane = stack.topics.retry('print', 250);
    await stack.admin.ensureTopics([{ name: lane, partitions: 1 }]);
    const value = {
      ...stack.requestOf(page, {}),
      error: { code: 'handler_failed', message: 'no' },
      start: { worker: 'w', at: new Date().toISOString() },
    };
    const retry = encodeRecord({ run: 1, attempt: 1, createdAt: Date.now(), phase: 'retrying', value });
    await stack.producer.send({ topic: lane, ...retry });
    const { job } = await stack.succeeded(value.id);
    expect(job.attempt).toBe(2);
  });

  it('finishes and commits running attempts when it stops, and begins no other', async () => {
    const running = await Promise.all(Array.from({ length: 5 }, () => stack.submit(page, { sleepMs: 800 })));
    await stack.until(
      () => running.every(({ id }) => stack.of(id, 'started').length > 0),
      'the jobs to be running',
    );
    const stopping = worker.stop();
    const late = await stack.submit(page, {});
    await stopping;
    await Promise.all(running.map(({ id }) => stack.succeeded(id)));
    expect(starts.some(({ id }) => id === late.id)).toBe(false);

    const before = starts.length;
    await stack.startWorker(handlers);
    await stack.succeeded(late.id);
    expect(starts.slice(before).map(({ id }) => id)).toEqual([late.id]);
  });
});
