import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NonRetryableError, defineJob, defineQueue } from '@jobstream/contracts';
import { decodeRecord, type JobRequest } from '@jobstream/contracts/records';
import { TailConsumer } from '@jobstream/kafka';
import { eventually } from '@jobstream/testing';
import { z } from 'zod';
import { handlerOf, StackFixture, type TestedWorker } from './stack.fixture-spec.js';

/** A job of a queue that nobody here knows: its topic is not theirs to make. */
const foreign = defineJob({
  type: 'elsewhere.do',
  queue: defineQueue('elsewhere'),
  payload: z.strictObject({}),
  result: z.strictObject({}),
});
const page = defineJob({
  type: 'print.page',
  queue: defineQueue('print'),
  payload: z.strictObject({ does: z.enum(['succeed', 'fail', 'fail once', 'enqueue']).default('succeed') }),
  result: z.strictObject({}),
  retries: 1,
  backoff: ['200ms'],
});
/** More than the outcomes that may be under way at the same time. */
const many = 1_200;

describe('a worker whose topics refuse records, on the real broker', () => {
  const stack = new StackFixture([page]);
  const { topics } = stack;
  let worker: TestedWorker;

  beforeAll(async () => {
    // Too small for any dead letter: each is refused.
    await stack.admin.ensureTopics([
      { name: topics.deadLetters('print'), partitions: 1, maxMessageBytes: 100 },
    ]);
    await stack.start();
    const print = handlerOf(page, async ({ does }, context) => {
      if (does === 'enqueue') context.enqueue(foreign, {});
      if (does === 'fail') throw new NonRetryableError('no paper');
      if (does === 'fail once' && context.attempt === 1) throw new Error('out of ink');
      return {};
    });
    worker = await stack.startWorker([print], { concurrency: 50 });
  });
  afterAll(() => stack.stop(), 60_000);

  const submit = (does: string, count: number): Promise<{ readonly id: string }[]> =>
    Promise.all(Array.from({ length: count }, () => stack.submit(page, { does })));
  const metric = async (name: string): Promise<string[]> =>
    (await worker.metrics.metrics()).split('\n').filter((line) => line.startsWith(name));
  const untilRefused = async (count: number): Promise<void> => {
    await eventually(async () =>
      expect(await metric('jobstream_set_aside_outcomes')).toEqual([expect.stringMatching(` ${count}$`)]),
    );
  };
  const expectOthersToGoOn = async (): Promise<void> => {
    const others = [...(await submit('succeed', 50)), ...(await submit('fail once', 5))];
    await Promise.all(others.map(({ id }) => stack.succeeded(id)));
  };

  it('works on other jobs while many children wait for a topic, and appends them once it exists', async () => {
    const parents = await submit('enqueue', many);
    await untilRefused(many);
    await expectOthersToGoOn();
    expect(parents.flatMap(({ id }) => stack.of(id, 'succeeded'))).toEqual([]);
    const topic = topics.requests('elsewhere');
    expect(await metric('jobstream_refused_topics')).toEqual([
      expect.stringContaining(`topic="${topic}",error="UNKNOWN_TOPIC_OR_PARTITION"`),
    ]);
    const { ready, checks } = await worker.health.report();
    expect(ready).toBe(true);
    expect(checks.topics).toMatchObject({ detail: [expect.stringContaining(`${topic} takes no records`)] });

    await stack.admin.ensureTopics([{ name: topic, partitions: 1 }]);
    await Promise.all(parents.map(({ id }) => stack.succeeded(id)));
    const children: string[] = [];
    const tail = new TailConsumer(stack.connection, {
      topics: () => [topic],
      from: 'start',
      onRecords: (records) =>
        records.forEach(({ value, headers }) => {
          const record = decodeRecord(value, headers);
          if (!('fault' in record)) children.push((record.value as JobRequest).id);
        }),
      onFatal: () => undefined,
    });
    await tail.start();
    await tail.caughtUp();
    await tail.stop();
    expect(new Set(children).size).toBe(many);
    await untilRefused(0);
  });

  it('creates deleted topics again, writes to them and reads them from their start', async () => {
    const lane = topics.retry('print', 200);
    await stack.admin.deleteTopics([lane]);
    const written = await submit('fail once', 12);
    await Promise.all(written.map(({ id }) => stack.succeeded(id)));
    await stack.admin.deleteTopics([lane, topics.requests('print')]);
    await eventually(async () => expect(await stack.admin.listTopics()).toContain(topics.requests('print')));
    await expectOthersToGoOn();
    expect((await worker.health.report()).checks.topics).toMatchObject({ ok: true });
  });

  it('works on other jobs while many dead letters are refused, and loses none', async () => {
    const failing = await submit('fail', many);
    await untilRefused(many);
    await expectOthersToGoOn();
    expect(stack.on(topics.deadLetters('print'))).toEqual([]);

    await stack.admin.deleteTopics([topics.deadLetters('print')]);
    await Promise.all(failing.map(({ id }) => stack.deadLettered(id)));
    await untilRefused(0);
  });
});
