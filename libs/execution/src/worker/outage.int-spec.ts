import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue } from '@jobstream/contracts';
import { eventually, OwnStack } from '@jobstream/testing';
import { z } from 'zod';
import { handlerOf, StackFixture } from './stack.fixture-spec.js';

const page = defineJob({
  type: 'print.page',
  queue: defineQueue('print'),
  payload: z.strictObject({ n: z.int() }),
  result: z.strictObject({ n: z.int() }),
  retries: 2,
  backoff: ['200ms'],
});
const jobs = 120;
const concurrency = 10;

describe('the only broker killed and started again under a worker', () => {
  let own: OwnStack;
  let stack: StackFixture;
  beforeAll(async () => {
    own = await OwnStack.start();
    stack = new StackFixture([page], own.environment);
    await stack.start();
  });
  afterAll(async () => {
    await stack.stop();
    await own.stop();
  });

  it('loses no job and runs again at most what was in flight or had ended since the last commit', async () => {
    const starts: string[] = [];
    const handler = handlerOf(page, async ({ n }, { id, attempt }) => {
      starts.push(`${id} ${attempt}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
      if (n % 5 === 0 && attempt === 1) throw new Error('no');
      return { n };
    });
    const worker = await stack.startWorker([handler], { concurrency });
    const submitted = await Promise.all(Array.from({ length: jobs }, (_, n) => stack.submit(page, { n })));
    const succeeded = () => submitted.filter(({ id }) => stack.of(id, 'succeeded').length > 0);
    await stack.until(() => succeeded().length >= 30, 'some jobs');

    const broker = own.kafka.brokers[0]!;
    broker.process.signal('SIGKILL');
    expect(await broker.process.exited).toMatchObject({ signal: 'SIGKILL' });
    await eventually(async () => expect((await worker.health.report()).ready).toBe(false));
    await broker.start();
    await own.kafka.ready();

    await stack.until(() => succeeded().length === jobs, 'all jobs');
    await stack.ready(worker);
    // A job takes longer than the commit interval: since the last commit each slot has ended at most one.
    const endedUncommitted = concurrency;
    expect(starts.length - new Set(starts).size).toBeLessThanOrEqual(concurrency + endedUncommitted);
    expect(stack.on(stack.topics.deadLetters('print'))).toEqual([]);
  });
});
