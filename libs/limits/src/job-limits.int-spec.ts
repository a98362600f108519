import { setTimeout as delay } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { QueueLimits } from '@jobstream/contracts';
import { Database, migrate, schemasOf } from '@jobstream/database';
import { createLogger } from '@jobstream/runtime';
import { JobLimits } from './job-limits.js';
import { KeyUse } from './key-use.js';
import { LimitUse } from './limit-use.js';

/** The lease of the workers in tests that wait for its end. */
const leaseMs = 3_000;
const settings = {
  url: process.env.DATABASE_URL!,
  schemas: schemasOf(`t${randomBytes(5).toString('hex')}`),
};
const nowhere = { ...settings, url: 'postgres://nobody@127.0.0.1:1/none' };

describe('limits that workers share', () => {
  const database = new Database(settings);
  const away = new Database(nowhere);
  let workers: JobLimits[] = [];
  /** Jobs that are admitted now, and the highest such number so far. */
  let running = 0;
  let maxRunning = 0;
  let begun: number[] = [];

  beforeAll(() => migrate(settings));
  afterEach(async () => {
    for (const worker of workers) worker.stop();
    await Promise.all(workers.map((worker) => worker.close()));
    [workers, running, maxRunning, begun] = [[], 0, 0, []];
  });
  afterAll(async () => {
    for (const schema of [database.projection, database.operations])
      await database.query({ text: `DROP SCHEMA IF EXISTS ${schema} CASCADE` });
    await Promise.all([database.close(), away.close()]);
  });

  const worker = (
    queue: string,
    limits: QueueLimits,
    more: { database?: Database; share?: number; leaseMs?: number } = {},
  ) => {
    const made = new JobLimits({
      queue,
      database: more.database ?? database,
      worker: `w${workers.length}`,
      slots: 20,
      share: () => more.share ?? 1,
      logger: createLogger('test', 'silent'),
      leaseMs: more.leaseMs,
    });
    made.set(limits);
    workers.push(made);
    return made;
  };
  const held = () => new AbortController().signal;

  /** Waits for its limits, runs for `length` milliseconds or until it resolves, then releases. */
  async function run(limits: JobLimits, payload: unknown, length: number | Promise<void>): Promise<string> {
    const entry = await limits.enter(limits.rulesOf(payload), held());
    if (typeof entry === 'string') return entry;
    begun.push(performance.now());
    maxRunning = Math.max(maxRunning, ++running);
    await (typeof length === 'number' ? delay(length) : length);
    running--;
    entry();
    return 'ran';
  }

  /** Starts `count` jobs that run until they are released; resolves once all are admitted. */
  async function hold(limits: JobLimits, payload: unknown, count: number): Promise<() => Promise<string[]>> {
    let release!: () => void;
    const released = new Promise<void>((resolve) => (release = resolve));
    const runs = Array.from({ length: count }, () => run(limits, payload, released));
    while (running < count) await delay(5);
    return () => {
      release();
      return Promise.all(runs);
    };
  }

  it('run no more jobs at once than the limit allows, and every worker has its turn', async () => {
    const three = [1, 2, 3].map(() => worker('together', { concurrency: 4 }));
    await Promise.all(three.flatMap((each) => Array.from({ length: 15 }, () => run(each, {}, 30))));
    expect(maxRunning).toBe(4);
    expect(begun).toHaveLength(45);
  });

  it('free the permits of a dead worker when its lease ends, not sooner', async () => {
    const [dead, living] = [1, 2].map(() => worker('lease', { concurrency: 2 }, { leaseMs }));
    const rules = dead!.rulesOf({});
    const askedAt = performance.now();
    await Promise.all([dead!.enter(rules, held()), dead!.enter(rules, held())]);
    await dead!.close(); // renews nothing any more, and has released nothing
    expect(await new LimitUse(database).findBusy(rules)).toMatchObject([{ rule: rules[0] }]);
    expect(await run(living!, {}, 0)).toBe('ran');
    const waitedMs = performance.now() - askedAt;
    console.log(
      `permits of a dead worker were free again after ${Math.round(waitedMs)} ms; its lease: ${leaseMs} ms`,
    );
    // Two clocks, and no more than that: the lease began after it was asked for.
    expect(waitedMs).toBeGreaterThan(leaseMs - 50);
  });

  it('keep the permit of a job that runs for longer than a lease', async () => {
    const [one, two] = [1, 2].map(() => worker('long', { concurrency: 1 }, { leaseMs }));
    const release = await hold(one!, {}, 1);
    const next = run(two!, {}, 10);
    await delay(leaseMs * 1.5);
    expect(begun).toHaveLength(1);
    await Promise.all([release(), next]);
    expect(maxRunning).toBe(1);
  });

  it('let jobs of other keys pass a key at its limit', async () => {
    const one = worker('keys', { perKey: { field: 'customer', concurrency: 1 } });
    const release = await hold(one, { customer: 'ada' }, 1);
    const second = run(one, { customer: 'ada' }, 0);
    await Promise.all(['bob', 'eve', undefined].map((customer) => run(one, { customer }, 0)));
    expect([running, begun.length]).toEqual([1, 4]);
    expect(await release()).toEqual(['ran']);
    expect(await second).toBe('ran');
  });

  it('tell which workers hold the permits of a queue, and which keys are the busiest', async () => {
    const perKey = { field: 'customer', concurrency: 3 };
    const [one, two] = [1, 2].map(() => worker('shown', { concurrency: 5, perKey }));
    const other = worker('shown', { perKey: { field: 'customerId', concurrency: 1 } });
    // Neither another queue nor a field that begins alike is among them.
    for (const [limits, payload] of [
      [one!, { customer: 'ada' }],
      [one!, { customer: 'ada' }],
      [two!, { customer: 'ada' }],
      [two!, { customer: 'bob=@5/s' }],
      [two!, {}],
      [other, { customerId: 'x' }],
      [worker('shown2', { concurrency: 9 }), {}],
    ] as const)
      expect(typeof (await limits.enter(limits.rulesOf(payload), held()))).toBe('function');
    const use = await new LimitUse(database).ofQueue('shown', undefined);
    expect(use).toEqual({
      inUse: 5,
      permits: ['w0', 'w0', 'w1', 'w1', 'w1'].map((holder, at) => ({ slot: at + 1, worker: holder })),
      nextStartAt: null,
    });
    expect(await new KeyUse(database).atWork('shown', 'customer')).toEqual({
      count: 2,
      busiest: [
        { key: 'ada', inUse: 3 },
        { key: 'bob=@5/s', inUse: 1 },
      ],
    });
  });

  it('tell when the next start can be, and which key waits longest for one', async () => {
    const one = worker('paced', { rate: '2/m', perKey: { field: 'customer', rate: '1/h' } });
    for (const customer of ['ada', 'bob']) await run(one, { customer }, 0);
    const { inUse, permits, nextStartAt } = await new LimitUse(database).ofQueue('paced', '2/m');
    expect([inUse, permits]).toEqual([0, []]);
    expect(nextStartAt!.getTime()).toBeGreaterThan(Date.now());
    const { count, longest } = await new KeyUse(database).waiting('paced', 'customer', '1/h');
    expect([count, longest.map(({ key }) => key)]).toEqual([2, ['bob', 'ada']]);
    expect((await new KeyUse(database).waiting('paced', 'customer', '2/h')).count).toBe(0);
    expect(await new LimitUse(database).ofQueue('paced', '9/m')).toMatchObject({ nextStartAt: null });
  });

  it('start jobs at the rate, all workers together', async () => {
    const three = [1, 2, 3].map(() => worker('rate', { rate: '100/s' }));
    await Promise.all(three.flatMap((each) => Array.from({ length: 100 }, () => run(each, {}, 0))));
    const seconds = (Math.max(...begun) - Math.min(...begun)) / 1_000;
    console.log(`100/s over three: ${(299 / seconds).toFixed(1)}/s`);
    expect(299 / seconds).toBeLessThan(110);
    expect(299 / seconds).toBeGreaterThan(50);
  });

  it("use this worker's share of the rate while Postgres is unreachable, and make concurrency wait", async () => {
    const alone = worker('away', { rate: '100/s' }, { database: away, share: 0.25 });
    await Promise.all(Array.from({ length: 26 }, () => run(alone, {}, 0)));
    const seconds = (Math.max(...begun) - Math.min(...begun)) / 1_000;
    console.log(`100/s while Postgres is away, with a share of 25 %: ${(25 / seconds).toFixed(1)}/s`);
    expect(25 / seconds).toBeLessThan(35);
    const placed = worker('away', { concurrency: 4 }, { database: away });
    const entry = placed.enter(placed.rulesOf({}), held());
    expect(await Promise.race([entry, delay(300, 'waits')])).toBe('waits');
  });

  it('end a wait when the limits change, and when the partition is lost', async () => {
    const one = worker('change', { concurrency: 1 });
    const release = await hold(one, {}, 1);
    const changed = one.enter(one.rulesOf({}), held());
    one.set({ concurrency: 2 });
    expect(await changed).toBe('changed');
    expect(await run(one, {}, 0)).toBe('ran');
    one.set({ concurrency: 1 });
    const gone = new AbortController();
    const lost = one.enter(one.rulesOf({}), gone.signal);
    gone.abort();
    expect(await lost).toBe('lost');
    one.set({});
    expect(one.rulesOf({})).toEqual([]);
    expect(await release()).toEqual(['ran']);
  });

  it('admit no job above a limit that was lowered while its permits are taken', async () => {
    const one = worker('lowered', { concurrency: 4 });
    const release = await hold(one, {}, 4);
    one.set({ concurrency: 1 });
    const later = run(one, {}, 0);
    await delay(500);
    expect(begun).toHaveLength(4);
    expect(await release()).toEqual(['ran', 'ran', 'ran', 'ran']);
    expect(await later).toBe('ran');
  });
});
