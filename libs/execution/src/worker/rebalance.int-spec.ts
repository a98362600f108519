import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type JobContext, defineJob, defineQueue } from '@jobstream/contracts';
import { z } from 'zod';
import { handlerOf, StackFixture } from './stack.fixture-spec.js';

const queue = defineQueue('print');
const page = defineJob({
  type: 'print.page',
  queue,
  payload: z.strictObject({ n: z.int(), key: z.string().optional() }),
  result: z.strictObject({ n: z.int() }),
  retries: 3,
  backoff: ['100ms', '100ms', '3s'],
  orderBy: 'key',
});
type Page = typeof page;

interface Started {
  readonly id: string;
  end(): void;
  fail(): void;
}

/** A handler whose calls wait until the test ends them; retries, which may come back to it, succeed at once. */
function heldHandler() {
  const started: Started[] = [];
  const handler = handlerOf(page, ({ n }, { id, attempt }: JobContext<Page>) => {
    if (attempt > 1) return { n };
    return new Promise((resolve, reject) =>
      started.push({ id, end: () => resolve({ n }), fail: () => reject(new Error('no')) }),
    );
  });
  return { started, handler };
}

describe('a partition that moves to another worker', () => {
  let stack: StackFixture;
  beforeEach(async () => {
    stack = new StackFixture([page]);
    await stack.start();
  });
  afterEach(() => stack.stop(), 60_000);

  it.each(['fail', 'end'] as const)(
    'has its running attempts published only if they succeed: all %s',
    async (ending) => {
      const old = heldHandler();
      const oldWorker = await stack.startWorker([old.handler], { concurrency: 40 });
      const jobs = await Promise.all(Array.from({ length: 40 }, (_, n) => stack.submit(page, { n })));
      await stack.until(() => jobs.every(({ id }) => stack.of(id, 'started').length > 0), 'all to run');

      const moved: string[] = [];
      const next = handlerOf(page, ({ n }, { id, attempt }: JobContext<Page>) => {
        if (attempt === 1) moved.push(id);
        return { n };
      });
      const newWorker = await stack.startWorker([next]);
      await stack.until(() => moved.some((id) => stack.of(id, 'succeeded').length > 0), 'partitions to move');
      for (const job of old.started) job[ending]();

      const writers = (id: string, phase: 'succeeded' | 'retrying') =>
        stack.of(id, phase).map(({ job }) => (job.value as { start: { worker: string } }).start.worker);
      const bothSaid = () =>
        moved.every((id) => writers(id, 'succeeded').includes(newWorker.instance)) &&
        moved.every((id) => ending === 'fail' || writers(id, 'succeeded').includes(oldWorker.instance));
      const kept = () => jobs.filter(({ id }) => !moved.includes(id));
      await stack.until(bothSaid, 'both workers to be done with what moved');
      if (ending === 'end') await Promise.all(kept().map(({ id }) => stack.succeeded(id)));
      expect(moved.length).toBeGreaterThan(0);
      expect(kept().length).toBeGreaterThan(0);
      if (ending === 'fail') {
        // Retries of what was kept show that failures do get published while their partition is held.
        await stack.until(() => kept().every(({ id }) => writers(id, 'retrying').length > 0), 'retries');
        expect(moved.flatMap((id) => writers(id, 'retrying'))).toEqual([]);
      }
      expect(old.started.map(({ id }) => id).sort()).toEqual(jobs.map(({ id }) => id).sort());
    },
    60_000,
  );
});

describe('jobs of one key', () => {
  let stack: StackFixture;
  beforeEach(async () => {
    stack = new StackFixture([page]);
    await stack.start();
  });
  afterEach(() => stack.stop(), 60_000);

  it('run in order and are retried in place', async () => {
    const starts: { key: string; n: number; attempt: number; at: number }[] = [];
    const handler = handlerOf(page, async ({ n, key }, { attempt }: JobContext<Page>) => {
      starts.push({ key: key!, n, attempt, at: performance.now() });
      await new Promise((resolve) => setTimeout(resolve, (n * 7) % 20));
      if (n % 4 === 0 && attempt <= 2) throw new Error('no');
      return { n };
    });
    await stack.startWorker([handler], { concurrency: 20 });
    const jobs: { id: string; key: string; n: number }[] = [];
    for (let n = 0; n < 20; n++) {
      for (const key of ['a', 'b', 'c', 'd', 'e']) {
        const { id } = await stack.submit(page, { n, key }, { orderingKey: key });
        jobs.push({ id, key, n });
      }
    }
    await Promise.all(jobs.map(({ id }) => stack.succeeded(id)));
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      const order = starts.filter((start) => start.key === key).map(({ n, attempt }) => `${n}.${attempt}`);
      const expected = Array.from({ length: 20 }, (_, n) =>
        n % 4 === 0 ? [`${n}.1`, `${n}.2`, `${n}.3`] : [`${n}.1`],
      ).flat();
      expect(order).toEqual(expected);
    }
    const retries = jobs.flatMap(({ id }) => stack.of(id, 'retrying'));
    expect(new Set(retries.map(({ at }) => at.topic))).toEqual(new Set([stack.topics.events]));
    for (const { job } of retries) {
      const { dueAt, id } = job.value as { dueAt: string; id: string };
      expect(Date.parse(dueAt)).toBeGreaterThan(0);
      expect(stack.of(id, 'succeeded')).toHaveLength(1);
    }
  });

  it('continue in the next worker after the attempts used so far, and none overtakes', async () => {
    const seen: string[] = [];
    const failing = handlerOf(page, ({ n }, { attempt }: JobContext<Page>) => {
      seen.push(`old ${n}.${attempt}`);
      throw new Error('no');
    });
    const first = await stack.startWorker([failing]);
    const one = await stack.submit(page, { n: 1, key: 'k' }, { orderingKey: 'k' });
    const two = await stack.submit(page, { n: 2, key: 'k' }, { orderingKey: 'k' });
    await stack.until(() => stack.of(one.id, 'retrying').length === 3, 'three attempts');
    await first.stop();
    const stoppedAt = performance.now();
    const succeeding = handlerOf(page, ({ n }, { attempt }: JobContext<Page>) => {
      seen.push(`new ${n}.${attempt}`);
      return { n };
    });
    await stack.startWorker([succeeding]);
    await Promise.all([one, two].map(({ id }) => stack.succeeded(id)));
    expect(seen).toEqual(['old 1.1', 'old 1.2', 'old 1.3', 'new 1.4', 'new 2.1']);
    expect(performance.now() - stoppedAt).toBeGreaterThan(3_000);
  });
});
