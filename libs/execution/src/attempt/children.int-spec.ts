import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import { z } from 'zod';
import { handlerOf, StackFixture } from '../worker/stack.fixture-spec.js';

const queue = defineQueue('print');
const shared = {
  queue,
  payload: z.strictObject({ pages: z.int() }),
  result: z.array(z.string()),
};
const book = defineJob({ ...shared, type: 'print.book' });
const edition = defineJob({ ...shared, type: 'print.edition', exclusive: true });
const page = defineJob({
  type: 'print.page',
  queue,
  payload: z.strictObject({ n: z.int(), printer: z.string() }),
  result: z.null(),
  orderBy: 'printer',
});

const pages = 40;
const printers = 4;

describe('jobs that a job enqueues, on the real broker', () => {
  const stack = new StackFixture([book, edition, page]);
  const bound: string[] = [];
  const running = new Set<string>();
  const printed: { readonly id: string; readonly n: number; readonly printer: string }[] = [];
  const binders = [book, edition].map((definition) =>
    handlerOf(definition, (payload, context) => {
      bound.push(context.id);
      return Array.from({ length: payload.pages }, (_, n) =>
        context.enqueue(page, { n, printer: `p${n % printers}` }),
      );
    }),
  );
  const print = handlerOf(page, async ({ n, printer }, { id }) => {
    if (running.has(printer)) throw new Error(`Two at a time on ${printer}.`);
    running.add(printer);
    await new Promise((resolve) => setTimeout(resolve, (n * 7) % 10));
    running.delete(printer);
    printed.push({ id, n, printer });
    return null;
  });

  beforeAll(async () => {
    await stack.start();
    await stack.startWorker([...binders, print]);
  });
  afterAll(() => stack.stop(), 60_000);

  /** Writes the request into two partitions: no worker can know the second for a copy of the first, as after a crash. */
  async function submitTwice(definition: typeof book): Promise<string> {
    const value = stack.requestOf(definition, { pages });
    const request = encodeRecord({ run: 1, attempt: 1, createdAt: Date.now(), phase: 'queued', value });
    const topic = stack.topics.requests('print');
    const receipts = await Promise.all(
      ['a', 'd'].map((key) => stack.producer.send({ topic, ...request, key })),
    );
    expect(new Set(receipts.map(({ partition }) => partition)).size).toBe(2);
    return value.id;
  }

  /** Waits until both copies of the parent have succeeded and all children have run. @returns the children's ids */
  async function childrenOf(parent: string): Promise<string[]> {
    await stack.until(() => stack.of(parent, 'succeeded').length === 2, 'the parent to succeed twice');
    const { job } = stack.of(parent, 'succeeded')[0]!;
    const { result: ids } = job.value as { result: string[] };
    await Promise.all(ids.map((id) => stack.succeeded(id)));
    await stack.until(() => ids.every((id) => stack.of(id, 'queued').length === 2), 'copies of all');
    return ids;
  }

  it('run once each and in the order of their keys when their parent runs twice', async () => {
    const parent = await submitTwice(book);
    const ids = await childrenOf(parent);
    expect(bound).toEqual([parent, parent]);
    expect(printed.map(({ id }) => id).sort()).toEqual([...ids].sort());
    for (let printer = 0; printer < printers; printer++) {
      const line = printed.filter((each) => each.printer === `p${printer}`).map(({ n }) => n);
      expect(line).toEqual([...line].sort((a, b) => a - b));
    }
    console.log(
      `${pages} children of a parent that ran twice: ${printed.length} ran, in the order of ${printers} keys`,
    );
  });

  it('are kept with the outcome of an exclusive parent, and are in the log before each record of it', async () => {
    bound.length = printed.length = 0;
    const parent = await submitTwice(edition);
    const ids = await childrenOf(parent);
    // The second copy ran no handler: what it produced is what the claim kept.
    expect(bound).toEqual([parent]);
    expect(printed.map(({ id }) => id).sort()).toEqual([...ids].sort());
    const events = stack.of(parent, 'succeeded').map(({ at }) => Number(at.timestamp));
    events.sort((a, b) => a - b);
    for (const id of ids) {
      const queued = stack.of(id, 'queued').map(({ at }) => Number(at.timestamp));
      queued.sort((a, b) => a - b);
      expect(queued[0]).toBeLessThanOrEqual(events[0]!);
      expect(queued[1]).toBeLessThanOrEqual(events[1]!);
    }
  });
});
