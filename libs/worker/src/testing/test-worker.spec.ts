import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  defineJob,
  defineQueue,
  exponentialBackoff,
  maxChildren,
  maxResultBytes,
  NonRetryableError,
  RetryAfterError,
} from '@jobstream/contracts';
import { z } from 'zod';
import { runJob } from './run-job.js';
import { testWorker } from './test-worker.js';

const queue = defineQueue('invoices');
const sendInvoice = defineJob({
  type: 'invoice.send',
  queue,
  payload: z.strictObject({ id: z.string(), copies: z.int().default(1) }),
  result: z.object({ pages: z.int() }),
  retries: 3,
  backoff: exponentialBackoff('10s', 3, '10m'),
});
const remind = defineJob({
  type: 'invoice.remind',
  queue,
  payload: z.strictObject({ id: z.string() }),
  result: z.null(),
});

const looseOptions = { queue, payload: z.unknown(), result: z.looseObject({ pages: z.int() }) };

describe('runJob', () => {
  it('gives result, attempts, progress and log of a job that succeeds', async () => {
    const handler = sendInvoice.handle(({ copies }, { logger, attempt }) => {
      logger.info({ copies }, 'invoice sent');
      return { pages: copies + attempt };
    });
    expect(await runJob(handler, { id: '7' })).toMatchObject({
      type: 'invoice.send',
      outcome: 'succeeded',
      result: { pages: 2 },
      attempts: 1,
      delaysMs: [],
      logs: [{ level: 'info', message: 'invoice sent', fields: { copies: 1 } }],
    });
  });

  it('makes all attempts at once, tells the delays between them, and moves the clock by these', async () => {
    const times: number[] = [];
    const handler = sendInvoice.handle((_, context) => {
      times.push(context.now());
      context.progress({ attempt: context.attempt });
      throw new Error(`no paper ${context.attempt}`);
    });
    const startedAt = performance.now();
    const job = await runJob(handler, { id: '7' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
    expect(job).toMatchObject({
      outcome: 'dead_lettered',
      reason: 'exhausted',
      error: { code: 'handler_failed', message: 'no paper 4' },
      attempts: 4,
      delaysMs: [10_000, 20_000, 40_000],
      progress: [{ attempt: 1 }, { attempt: 2 }, { attempt: 3 }, { attempt: 4 }],
    });
    expect(job.retried.map(({ message }) => message)).toEqual(['no paper 1', 'no paper 2', 'no paper 3']);
    expect(times.map((time) => time - times[0]!)).toEqual([0, 10_000, 30_000, 70_000]);
  });

  it.each([
    [
      'an error that no retry helps',
      () => {
        throw new NonRetryableError('gone', { code: 'no_customer' });
      },
      'non_retryable',
      'no_customer',
    ],
    ['a result that breaks the schema', () => ({ pages: 1.5 }), 'non_retryable', 'invalid_result'],
    [
      'a result that is too large',
      () => ({ pages: 1, text: 'x'.repeat(maxResultBytes) }),
      'non_retryable',
      'result_too_large',
    ],
  ])('dead-letters %s after one attempt', async (_, run, reason, code) => {
    const loose = defineJob({ ...looseOptions, type: 'invoice.print' });
    expect(await runJob(loose.handle(run as never), {})).toMatchObject({
      outcome: 'dead_lettered',
      reason,
      error: { code },
      attempts: 1,
    });
  });

  it('waits as the handler asks, on the shortest lane that is long enough', async () => {
    const handler = sendInvoice.handle((_, { attempt }) => {
      if (attempt === 1) throw new RetryAfterError('11s');
      if (attempt === 2) throw new RetryAfterError('3h');
      return { pages: 1 };
    });
    const job = await runJob(handler, { id: '7' });
    expect(job).toMatchObject({ outcome: 'succeeded', attempts: 3, delaysMs: [20_000, 3 * 3_600_000] });
  });

  it('retries a job with an ordering key in place, for at most 15 minutes together', async () => {
    const handler = sendInvoice.handle(() => {
      throw new RetryAfterError('8m');
    });
    const job = await runJob(handler, { id: '7' }, { orderingKey: 'k' });
    expect(job).toMatchObject({ reason: 'exhausted', attempts: 2, delaysMs: [480_000] });
  });

  it('stops an attempt whose time is over', async () => {
    const handler = sendInvoice.handle(async (_, { signal }) => {
      await sleep(60_000, undefined, { signal });
      return { pages: 1 };
    });
    const job = await runJob(handler, { id: '7' }, { timeout: '5ms' });
    expect(job).toMatchObject({ reason: 'exhausted', error: { code: 'timeout' }, attempts: 4 });
  });

  it('refuses a payload as the API does, and names the fault', async () => {
    const handler = sendInvoice.handle(() => ({ pages: 1 }));
    const refused = runJob(handler, { id: 7 as unknown as string });
    await expect(refused).rejects.toMatchObject({ code: 'invalid_payload' });
    await expect(refused).rejects.toThrow('/payload/id:');
  });
});

describe('testWorker', () => {
  const handlers = [sendInvoice.handle(() => ({ pages: 1 })), remind.handle(() => null)];

  it('keeps what a job has enqueued, for assertions and to be drained', async () => {
    const jobs = testWorker({
      handlers: [
        sendInvoice.handle(({ id }, context) => {
          context.enqueue(remind, { id }, { delay: '7d' });
          context.enqueue(remind, { id: 'other' });
          return { pages: 1 };
        }),
        remind.handle((_, context) => {
          context.logger.info({ at: context.now() }, 'reminded');
          return null;
        }),
      ],
      startAt: new Date('2026-03-01T00:00:00Z'),
    });
    const { children } = await jobs.runJob(sendInvoice, { id: '7' });
    expect(children).toHaveLength(2);
    expect(jobs.expectEnqueued(remind, { id: '7' }).runAt).toBe('2026-03-08T00:00:00.000Z');
    jobs.expectNotEnqueued(remind, { id: '8' });
    expect(() => jobs.expectNotEnqueued(remind, { id: '7' })).toThrow(
      'A invoice.remind is enqueued with {"id":"7"}.',
    );
    expect(() => jobs.expectEnqueued(remind, { id: '8' })).toThrow(
      'No invoice.remind with {"id":"8"} is enqueued. There are: {"id":"7"}, {"id":"other"}',
    );
    const drained = await jobs.drain();
    expect(drained.map(({ outcome, logs }) => [outcome, logs[0]!.fields!.at])).toEqual([
      ['succeeded', Date.parse('2026-03-01T00:00:00Z')],
      ['succeeded', Date.parse('2026-03-08T00:00:00Z')],
    ]);
    expect(jobs.enqueued).toEqual([]);
  });

  it('enqueues nothing of an attempt that fails', async () => {
    const handler = sendInvoice.handle((_, context) => {
      context.enqueue(remind, { id: '1' });
      throw new NonRetryableError('no');
    });
    const jobs = testWorker({ handlers: [handler] });
    expect((await jobs.runJob(sendInvoice, { id: '7' })).children).toEqual([]);
    jobs.expectNotEnqueued(remind);
  });

  it('refuses a child that breaks its schema, and more children than a worker allows', async () => {
    const handler = sendInvoice.handle(({ id }, context) => {
      if (id === 'bad') context.enqueue(remind, { id: 1 as unknown as string });
      for (let n = 0; n <= maxChildren; n++) context.enqueue(remind, { id: String(n) });
      return { pages: 1 };
    });
    const jobs = testWorker({ handlers: [handler] });
    expect(await jobs.runJob(sendInvoice, { id: 'bad' })).toMatchObject({ error: { code: 'invalid_child' } });
    expect(await jobs.runJob(sendInvoice, { id: 'many' })).toMatchObject({
      error: { code: 'too_many_children' },
    });
  });

  it('expires a job whose time has passed before it starts', async () => {
    const jobs = testWorker({ handlers });
    jobs.submit(sendInvoice, { id: '7' }, { expiresIn: '1m' });
    jobs.clock.advance('2m');
    expect(await jobs.drain()).toMatchObject([{ outcome: 'expired', attempts: 0 }]);
  });

  it('leaves jobs of types without a handler, and says so when one is to run', async () => {
    const jobs = testWorker({ handlers: [handlers[0]!] });
    jobs.submit(remind, { id: '7' });
    expect(await jobs.drain()).toEqual([]);
    jobs.expectEnqueued(remind, { id: '7' });
    await expect(jobs.runJob(remind, { id: '7' })).rejects.toThrow('no handler for invoice.remind');
  });

  it('gives up on jobs that enqueue themselves for ever', async () => {
    const again = remind.handle(({ id }, context) => {
      context.enqueue(remind, { id });
      return null;
    });
    const jobs = testWorker({ handlers: [again] });
    jobs.submit(remind, { id: '7' });
    await expect(jobs.drain({ maxJobs: 20 })).rejects.toThrow(
      '20 jobs have run and invoice.remind still waits',
    );
  });

  it('takes under 50 ms a job', async () => {
    const jobs = testWorker({ handlers });
    await jobs.runJob(remind, { id: 'warm' });
    const times: number[] = [];
    for (let n = 0; n < 21; n++) {
      const startedAt = performance.now();
      await jobs.runJob(remind, { id: String(n) });
      times.push(performance.now() - startedAt);
    }
    expect(times.sort((a, b) => a - b)[10]).toBeLessThan(50);
  });
});
