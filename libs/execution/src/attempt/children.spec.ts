import { describe, expect, it } from '@jest/globals';
import {
  type JobContext,
  defineJob,
  defineQueue,
  isJobId,
  maxChildren,
  newJobId,
} from '@jobstream/contracts';
import type { JobRequest } from '@jobstream/contracts/records';
import { z } from 'zod';
import { openWorker, turn } from '../worker/worker.fixture-spec.js';
import { book, page, read, requestsOf, run, workerThat, type Write } from './parent.fixture-spec.js';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('the jobs that an attempt enqueues', () => {
  it('are produced after the handler has returned and before its own success', async () => {
    const seen: number[] = [];
    const ids: string[] = [];
    const worker = workerThat(async (context) => {
      ids.push(...[1, 2, 3].map((n) => context.enqueue(page, { n })));
      await turn();
      seen.push(worker.sent.length);
      return 3;
    });
    await run(worker, { submittedFor: 'ada' });
    await turn();
    expect(seen).toEqual([0]);
    expect(worker.sent.map(({ topic }) => topic)).toEqual([
      ...Array<string>(3).fill('jobs.bind'),
      'jobs.events',
    ]);
    expect(worker.sent.slice(0, 3).map((record) => read(record).value)).toMatchObject(
      ids.map((id, index) => ({
        id,
        type: 'bind.page',
        payload: { n: index + 1, size: 'A4' },
        submittedFor: 'ada',
        maxAttempts: 1,
      })),
    );
    expect(ids.every(isJobId)).toBe(true);
  });

  it('are the same when the attempt runs again, and others for another run, order or payload', async () => {
    const worker = workerThat((context) => {
      context.enqueue(page, { n: 1, size: 'A4' });
      context.enqueue(page, { n: context.attempt });
      return 1;
    });
    const id = newJobId();
    await run(worker, { id }, { offset: 0 });
    await run(worker, { id }, { offset: 0 });
    const [first, second, ...again] = requestsOf(worker).map(({ value }) => value.id);
    expect(again).toEqual([first, second]);
    expect(first!.slice(0, 13)).toBe(id.slice(0, 13));
    expect(new Set([id, first, second]).size).toBe(3);
    await run(worker, { id: newJobId() });
    await run(worker, { id }, { attempt: 2 });
    const ids = requestsOf(worker).map(({ value }) => value.id);
    expect(new Set(ids).size).toBe(5);
    expect(ids.slice(-2)).toEqual([first, expect.not.stringMatching(second!)]);
  });

  it.each<[string, Write]>([
    ['fails', () => Promise.reject(new Error('no'))],
    ['returns what breaks the schema', () => 'three'],
    ['is over its time', () => new Promise(() => undefined)],
  ])('are not produced when it %s', async (_, end) => {
    const quick = { ...book, timeoutMs: 5 };
    const handle = (_payload: unknown, context: unknown) => {
      (context as JobContext).enqueue(page, { n: 1 });
      return end(context as never) as never;
    };
    const worker = openWorker([{ definition: quick, handler: { handle } }]);
    const delivery = await run(worker);
    while (!delivery.calls.includes('done')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(requestsOf(worker)).toEqual([]);
    expect(worker.sent).toHaveLength(1);
  });

  it('are sent until each is acknowledged, before the parent succeeds', async () => {
    const worker = workerThat((context) => {
      for (const n of [1, 2, 3]) context.enqueue(page, { n });
      return 3;
    });
    let refused = 0;
    worker.answer = async (record) => {
      if (record.topic === 'jobs.bind' && read(record).value.id && refused < 1 && ++refused)
        throw new Error('the broker is away');
    };
    const delivery = await run(worker);
    while (!delivery.calls.includes('done')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(worker.sent.map(({ topic }) => topic)).toEqual([
      ...Array<string>(3).fill('jobs.bind'),
      'jobs.events',
    ]);
  });

  it('have the trace of the parent, and their priority, ordering key and delay', async () => {
    const worker = workerThat((context) => {
      context.enqueue(page, { n: 1 }, { priority: 'high', submittedFor: 'eve' });
      context.enqueue(page, { n: 2 }, { orderingKey: 'k' });
      context.enqueue(page, { n: 3 }, { delay: '10m', expiresIn: '1h' });
      return 3;
    });
    const delivery = worker.deliver({ type: book.type });
    Object.assign(delivery.record.headers!, { traceparent });
    worker.clock.time += 3_600_000;
    worker.worker.accept([delivery]);
    await turn();
    const [urgent, ordered, delayed] = worker.sent;
    expect([urgent!.topic, ordered!.topic, delayed!.topic]).toEqual([
      'jobs.bind.high',
      'jobs.bind',
      'jobs.delayed',
    ]);
    expect(read(urgent!).value.submittedFor).toBe('eve');
    expect(worker.sent.slice(0, 3).map((record) => read(record).claimed)).toEqual([true, true, true]);
    expect(ordered!.key).toBe('k');
    expect(read(delayed!)).toMatchObject({
      phase: 'scheduled',
      value: {
        runAt: new Date(worker.clock.time + 600_000).toISOString(),
        expiresAt: new Date(worker.clock.time + 3_600_000).toISOString(),
      },
    });
    expect(worker.sent.slice(0, 3).map((record) => read(record).traceparent)).toEqual(
      Array(3).fill(traceparent),
    );
  });

  it.each<[string, string, Write]>([
    ['breaks its schema', 'invalid_child', (context) => context.enqueue(page, { n: 1.5 })],
    [
      'has an option that is not valid',
      'invalid_child',
      (context) => context.enqueue(page, { n: 1 }, { delay: 'soon' }),
    ],
    [
      'is one too many',
      'too_many_children',
      (context) => Array.from({ length: maxChildren + 1 }, (_, n) => context.enqueue(page, { n })),
    ],
    [
      'is too much',
      'too_many_children',
      (context) =>
        Array.from({ length: 200 }, (_, n) => context.enqueue(page, { n, size: 'x'.repeat(200_000) })),
    ],
  ])('dead-letter the parent at once when one %s', async (_, code, write) => {
    const worker = workerThat((context) => {
      write(context);
      return 1;
    });
    await run(worker);
    expect(worker.sent.map(read)).toMatchObject([
      { phase: 'dead_lettered', value: { reason: 'non_retryable', error: { code } } },
    ]);
  });

  it('cannot be added once the attempt has ended', async () => {
    let kept: JobContext<typeof book> | undefined;
    const worker = workerThat((context) => {
      kept = context;
      return 1;
    });
    await run(worker);
    expect(() => kept!.enqueue(page, { n: 1 })).toThrow(expect.objectContaining({ code: 'too_late' }));
  });
});

describe('a job with a unique key that an attempt enqueues', () => {
  const sync = defineJob({
    type: 'customer.sync',
    queue: defineQueue('bind'),
    payload: z.strictObject({ customer: z.string().optional(), full: z.boolean().default(false) }),
    result: z.null(),
    unique: { by: 'customer', onConflict: 'replace' },
  });

  it('is made by a job of the platform, which has the same id however often the attempt runs', async () => {
    const ids: string[] = [];
    const worker = workerThat((context) => {
      ids.push(context.enqueue(sync, { customer: '7' }, { delay: '10s' }));
      return 1;
    });
    const parent = newJobId();
    await run(worker, { id: parent, submittedFor: 'ada' }, { offset: 0 });
    const at = worker.clock.time;
    worker.clock.time += 5_000;
    await run(worker, { id: parent, submittedFor: 'ada' }, { offset: 0 });
    const made = requestsOf(worker);
    expect(made).toHaveLength(2);
    expect(made[0]).toMatchObject({
      parent,
      claimed: true,
      value: {
        id: ids[0],
        type: 'job.make',
        queue: 'maintenance',
        priority: 'high',
        payload: {
          parent,
          at,
          submission: {
            type: 'customer.sync',
            payload: { customer: '7', full: false },
            submittedFor: 'ada',
            delay: '10s',
          },
        },
      },
    });
    expect(made.map(({ value }) => value.id)).toEqual(ids);
    expect(ids[1]).toBe(ids[0]);
  });

  it('may name its key itself', async () => {
    const worker = workerThat((context) => {
      context.enqueue(page, { n: 1 }, { unique: { key: 'page 1', onConflict: 'reject' } });
      return 1;
    });
    await run(worker);
    expect((requestsOf(worker)[0]!.value as JobRequest).payload).toMatchObject({
      submission: { type: 'bind.page', unique: { key: 'page 1', onConflict: 'reject' } },
    });
  });

  it('is a job as any other where its payload has no key', async () => {
    const worker = workerThat((context) => {
      context.enqueue(sync, {});
      return 1;
    });
    await run(worker);
    expect(requestsOf(worker)[0]!.value.type).toBe('customer.sync');
  });

  it.each<[string, Write]>([
    ['holds no key', (context) => context.enqueue(sync, { customer: '' })],
    [
      'is debounced and delayed',
      (context) => context.enqueue(page, { n: 1 }, { delay: '1s', unique: { key: 'k', debounce: '1s' } }),
    ],
  ])('dead-letters the parent at once when it %s', async (_, write) => {
    const worker = workerThat((context) => {
      write(context);
      return 1;
    });
    await run(worker);
    expect(worker.sent.map(read)).toMatchObject([
      { phase: 'dead_lettered', value: { error: { code: 'invalid_child' } } },
    ]);
  });
});
