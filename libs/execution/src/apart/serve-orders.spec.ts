import { AsyncResource } from 'node:async_hooks';
import { describe, expect, it } from '@jest/globals';
import {
  defineJob,
  defineQueue,
  maxResultBytes,
  newJobId,
  NonRetryableError,
  RetryAfterError,
  type JobContext,
} from '@jobstream/contracts';
import { createLogger } from '@jobstream/runtime';
import { z } from 'zod';
import type { StartableJob } from '../admission/startable-job.js';
import type { ThreadPool } from '../handlers/thread-pool.js';
import type { EndedCall, Report } from './messages.js';
import { OrderServer } from './serve-orders.js';

const queue = defineQueue('print');
const page = defineJob({
  type: 'print.page',
  queue,
  payload: z.object({ at: z.iso.datetime().transform((text) => new Date(text)) }),
  result: z.looseObject({ year: z.int() }),
});
type Page = typeof page;
const time = 1_700_000_000_000;

function jobOf(payload: unknown): StartableJob {
  return {
    request: {
      v: 1,
      id: newJobId(time),
      type: page.type,
      queue: queue.name,
      payload,
      priority: 'normal',
      maxAttempts: 2,
    },
    run: 3,
    attempt: 2,
    createdAt: time,
  };
}

/** A server of one handler, as its worker sees it. */
class Server {
  readonly progress: unknown[] = [];
  readonly lines: unknown[] = [];
  readonly server: OrderServer;
  /** Whether its event loop may stand still. */
  mayStand: boolean | undefined;
  private now = 0;
  private tell: (ended: EndedCall) => void = () => undefined;

  constructor(handle: (payload: { at: Date }, context: JobContext<Page>) => unknown) {
    const handler = {
      handle: async (payload: unknown, context: unknown) =>
        handle(payload as { at: Date }, context as JobContext<Page>),
    };
    const send = (report: Report) => {
      if (report.kind === 'progress') this.progress.push(report.progress);
      if (report.kind === 'line') this.lines.push((JSON.parse(report.line) as { message: string }).message);
      if (report.kind === 'lines-left-out') this.lines.push(report.count);
      if (report.kind === 'ended') this.tell(report.ended);
    };
    this.server = new OrderServer(
      {
        handlers: new Map([[queue.name, new Map([[page.type, { definition: page, handler }]])]]),
        logger: createLogger('test', 'silent'),
        threads: undefined as unknown as ThreadPool,
        clock: { now: () => this.now },
        observe: (now) => (this.now = now),
        letStand: (mayStand) => (this.mayStand = mayStand),
      },
      send,
    );
  }

  run(payload: unknown = { at: '2026-05-01T00:00:00Z' }): Promise<EndedCall> {
    const ended = new Promise<EndedCall>((resolve) => (this.tell = resolve));
    this.server.take({ kind: 'run', job: jobOf(payload), now: time, mayStand: true });
    return ended;
  }
}

describe('OrderServer', () => {
  it('calls the handler with what its schema makes of the payload, at the time of the brokers', async () => {
    const seen: unknown[] = [];
    const server = new Server(({ at }, { run, attempt, maxAttempts }) => {
      seen.push(run, attempt, maxAttempts);
      return { year: at.getUTCFullYear() };
    });
    expect(await server.run()).toEqual({
      ending: { kind: 'returned', result: { year: 2026 }, bytes: 13 },
      children: [],
    });
    expect([...seen, server.mayStand]).toEqual([3, 2, 2, true]);
  });

  it('tells what the handler logs, to the bounds of an attempt', async () => {
    const server = new Server((_, { logger }) => {
      for (let nth = 1; nth <= 1_002; nth += 1) logger.info(`${nth}`);
      return { year: 1 };
    });
    await server.run();
    expect(server.lines.slice(0, 2)).toEqual(['1', '2']);
    const leftOut = server.lines.at(-1) as number;
    expect(leftOut).toBeGreaterThan(1);
    expect(server.lines).toHaveLength(1_002 - leftOut + 1);
  });

  it('tells progress and the jobs that the handler has enqueued', async () => {
    const server = new Server((_, context) => {
      context.progress({ done: 1 });
      context.enqueue(page, { at: '2027-01-01T00:00:00Z' });
      expect(context.now()).toBe(time);
      return { year: 1 };
    });
    const { children } = await server.run();
    expect(children).toMatchObject([{ request: { type: 'print.page', queue: 'print' }, createdAt: time }]);
    expect(server.progress).toEqual([{ done: 1 }]);
  });

  it('tells nothing more of an attempt that has ended, whatever its handler has left behind', async () => {
    const contexts: JobContext<Page>[] = [];
    const server = new Server((_, context) => {
      contexts.push(context);
      if (contexts.length === 2) contexts[0]!.progress('late');
      return { year: 1 };
    });
    await server.run();
    await server.run();
    expect(server.progress).toEqual([]);
  });

  it('tells a payload that breaks the schema', async () => {
    const server = new Server(() => ({ year: 1 }));
    expect(await server.run({ at: 'noon' })).toMatchObject({
      ending: { kind: 'invalid-payload', detail: expect.stringContaining('at') },
    });
  });

  it('tells of a result that is too large only how large it is', async () => {
    const server = new Server(() => ({ year: 1, text: 'x'.repeat(maxResultBytes) }));
    expect(await server.run()).toEqual({
      ending: { kind: 'returned', result: null, bytes: maxResultBytes + 20 },
      children: [],
    });
  });

  it.each([
    [
      'an error of any kind',
      new TypeError('no'),
      { error: { code: 'handler_failed', message: 'no' }, retry: 'by-ladder' },
    ],
    [
      'one that no retry helps',
      new NonRetryableError('never', { code: 'bad' }),
      { error: { code: 'bad' }, retry: 'never' },
    ],
    ['one that names its delay', new RetryAfterError('5s', 'later'), { retry: { afterMs: 5_000 } }],
  ])('tells %s, and no children', async (_, error, expected) => {
    const server = new Server((_payload, context) => {
      context.enqueue(page, { at: '2027-01-01T00:00:00Z' });
      throw error;
    });
    expect(await server.run()).toMatchObject({ ending: { kind: 'threw', ...expected }, children: [] });
  });

  it('tells a rejection that nobody handles as the failure of the attempt that runs, in a process that is spent', async () => {
    const server = new Server(() => new Promise(() => undefined));
    expect(server.server.takeRejection(new Error('early'))).toBe(false);
    const ended = server.run();
    expect(server.server.takeRejection(new Error('stray'))).toBe(true);
    expect(await ended).toMatchObject({
      ending: { kind: 'threw', error: { message: 'stray' } },
      isSpent: true,
    });
  });

  it('fails no attempt by the rejection that one before it has left behind', async () => {
    const takes: ((error: Error) => boolean)[] = [];
    const lives: boolean[] = [];
    const server = new Server(() => {
      takes.push(AsyncResource.bind((error: Error) => server.server.takeRejection(error)));
      if (takes.length === 2) lives.push(takes[0]!(new Error('late')));
      return { year: 1 };
    });
    await server.run();
    expect(await server.run()).toMatchObject({ ending: { kind: 'returned' } });
    lives.push(takes[1]!(new Error('later')));
    expect(lives).toEqual([true, true]);
  });

  it('tells a result that breaks the schema', async () => {
    const server = new Server(() => ({ year: 'late' }));
    expect(await server.run()).toMatchObject({ ending: { kind: 'invalid-result' } });
  });

  it('aborts the signal with the reason of the worker', async () => {
    const server = new Server(
      (_, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
    );
    const ended = server.run();
    await new Promise((resolve) => setImmediate(resolve));
    server.server.take({
      kind: 'abort',
      reason: { name: 'ClaimLostError', message: 'gone', code: 'claim_lost' },
    });
    expect(await ended).toMatchObject({
      ending: { kind: 'threw', error: { code: 'claim_lost', message: 'gone' } },
    });
  });
});
