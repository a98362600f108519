import { afterEach, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, newJobId, type JobId } from '@jobstream/contracts';
import type { NotAdmitted, Release, LimitRule } from '@jobstream/limits';
import { z } from 'zod';
import { MemoryClaims } from '../claims/memory-claims.fixture-spec.js';
import { TestWorker, turn, until, type ScriptedDelivery } from './worker.fixture-spec.js';

const shared = {
  queue: defineQueue('print', { priorities: true }),
  payload: z.strictObject({ n: z.int(), limited: z.boolean().default(false) }),
  result: z.int(),
  retries: 2,
  backoff: ['1s'],
} as const;
const page = defineJob({ ...shared, type: 'print.page' });
const cheque = defineJob({ ...shared, type: 'print.cheque', exclusive: true });
const rule: LimitRule = { kind: 'concurrency', id: 'print', max: 1 };

/** The limits of a queue whose places the test gives. */
class ScriptedLimits {
  /** Places given that nobody has given back yet, however often. */
  readonly held = new Set<Release>();
  private readonly waiting = new Set<(answer: Release | NotAdmitted) => void>();

  get size(): number {
    return this.waiting.size;
  }
  readonly rulesOf = (payload: unknown) => ((payload as { limited?: boolean }).limited ? [rule] : []);
  readonly enter = (_: readonly LimitRule[], gone: AbortSignal): Promise<Release | NotAdmitted> =>
    new Promise((answer) => {
      this.waiting.add(answer);
      gone.addEventListener('abort', () => {
        this.waiting.delete(answer);
        answer('lost');
      });
    });
  letIn(): void {
    for (const answer of this.waiting) {
      this.waiting.delete(answer);
      const leave = () => void this.held.delete(leave);
      this.held.add(leave);
      answer(leave);
    }
  }
}

/** One worker, the handlers of which end when the test says so. */
class World {
  readonly limits = new ScriptedLimits();
  readonly claims = new MemoryClaims(60_000, () => Date.now());
  readonly calls: { readonly n: number; end(): void; fail(): void }[] = [];
  /** A question to Postgres is answered once this is. */
  answered: Promise<void> | undefined;
  readonly worker: TestWorker;

  constructor(slots: number) {
    const handle = ({ n }: { n: number }) =>
      new Promise<number>((resolve, reject) =>
        this.calls.push({ n, end: () => resolve(n), fail: () => reject(new Error('no')) }),
      );
    const rows = this.claims.seenBy();
    const take: typeof rows.take = async (request) => {
      const answer = await rows.take(request);
      await this.answered;
      return answer;
    };
    this.worker = new TestWorker(
      [page, cheque].map((definition) => ({ definition, handler: { handle } })),
      { slots, limits: this.limits, claims: { ...rows, take } },
    );
  }

  close(): void {
    this.worker.drain();
    for (const { end } of this.calls) end();
  }

  get started(): number[] {
    return this.calls.map(({ n }) => n);
  }

  /** A record of the lane of its own partition, so that it is no copy and another can hold its key. */
  hand(request: Parameters<TestWorker['deliver']>[0], at: Parameters<TestWorker['deliver']>[1] = {}) {
    const delivery = this.worker.deliver(request, at);
    this.worker.worker.accept([delivery]);
    return delivery;
  }

  /** Another owner has the claim of a job; it is given back by what is returned. */
  occupy(id: JobId): () => void {
    const fence = (this.claims.rows.get(id)?.fence ?? 0) + 1;
    this.claims.rows.set(id, {
      run: 1,
      attempt: 1,
      state: 'running',
      deaths: 0,
      fence,
      owner: 'another/1',
      leasedUntil: Infinity,
    });
    return () => this.claims.rows.set(id, { ...this.claims.rows.get(id)!, state: 'free' });
  }
}

interface Wait {
  readonly what: string;
  readonly slots?: number;
  /** What was called of the delivery when its partition is gone. */
  readonly calls?: readonly string[];
  /** Has the job 1 wait. `free` ends what it waits for, again and again. */
  begin(world: World, id: JobId): Promise<{ readonly waiting: ScriptedDelivery; free(): void }>;
}

const high = { topic: 'jobs.print.high', offset: 0 };
const own = { offset: 7 };

const waits: readonly Wait[] = [
  {
    what: 'a slot',
    slots: 1,
    async begin(world, id) {
      world.hand({ payload: { n: 0 } }, high);
      await turn();
      return { waiting: world.hand({ id, payload: { n: 1 } }, own), free: () => world.calls[0]!.end() };
    },
  },
  {
    what: 'its ordering key',
    async begin(world, id) {
      world.hand({ payload: { n: 0 }, orderingKey: 'k' }, high);
      await turn();
      const waiting = world.hand({ id, payload: { n: 1 }, orderingKey: 'k' }, own);
      return { waiting, free: () => world.calls[0]!.end() };
    },
  },
  {
    what: 'its claim',
    async begin(world, id) {
      const free = world.occupy(id);
      const waiting = world.hand({ id, type: cheque.type, payload: { n: 1 } }, own);
      await until(async () => (await world.worker.count('jobstream_claims_watched')) === 1);
      return { waiting, free };
    },
  },
  {
    what: 'a slot with its claim, which was long in coming',
    slots: 1,
    async begin(world, id) {
      let answer = (): void => undefined;
      world.answered = new Promise((resolve) => (answer = resolve));
      const waiting = world.hand({ id, type: cheque.type, payload: { n: 1 } }, own);
      await turn();
      world.hand({ payload: { n: 0 } }, high);
      await until(() => world.calls.length === 1);
      answer();
      world.answered = undefined;
      await until(async () => (await world.worker.count('jobstream_claims_held')) === 1);
      await turn();
      return { waiting, free: () => world.calls[0]!.end() };
    },
  },
  {
    what: 'a limit',
    async begin(world, id) {
      const waiting = world.hand({ id, payload: { n: 1, limited: true } }, own);
      await until(() => world.limits.size === 1);
      return { waiting, free: () => world.limits.letIn() };
    },
  },
  {
    what: 'a limit with its claim and its ordering key',
    async begin(world, id) {
      const request = { id, type: cheque.type, orderingKey: 'k', payload: { n: 1, limited: true } };
      const waiting = world.hand(request, own);
      await until(() => world.limits.size === 1);
      return { waiting, free: () => world.limits.letIn() };
    },
  },
  {
    what: 'a slot once its limit let it in',
    slots: 1,
    async begin(world, id) {
      const waiting = world.hand({ id, payload: { n: 1, limited: true } }, own);
      await until(() => world.limits.size === 1);
      world.hand({ payload: { n: 0 } }, high);
      await turn();
      world.limits.letIn();
      await turn();
      const free = () => {
        world.calls[0]!.end();
        world.limits.letIn();
      };
      return { waiting, free };
    },
  },
  {
    what: 'its next attempt in place',
    calls: ['begin', 'used 1', 'abandon'],
    async begin(world, id) {
      const waiting = world.hand({ id, payload: { n: 1 }, orderingKey: 'k' }, own);
      await turn();
      world.calls.shift()!.fail();
      await until(() => world.worker.worker.load().notDue === 1);
      return { waiting, free: () => (world.worker.clock.time += 1_000) };
    },
  },
  {
    what: 'the end of the delay of its lane',
    async begin(world, id) {
      const at = { ...own, topic: 'jobs.print.retry.1s' };
      const waiting = world.hand({ id, payload: { n: 1 } }, at);
      await turn();
      return { waiting, free: () => (world.worker.clock.time += 1_000) };
    },
  },
];

describe.each(waits)('a delivery that waits for $what', ({ begin, slots = 4, calls = [] }) => {
  const open: World[] = [];
  const id = newJobId();
  afterEach(() => {
    for (const world of open.splice(0)) world.close();
  });

  async function waitingIn() {
    const world = new World(slots);
    open.push(world);
    const { waiting, free } = await begin(world, id);
    expect(world.started).not.toContain(1);
    const wake = async () => {
      world.worker.worker.accept([]);
      for (let turns = 0; turns < 5; turns++) await turn();
    };
    return { world, waiting, free, wake };
  }

  /** Nothing is left of it: no slot, no claim, no place within a limit, no key. */
  async function expectNothingHeld({ worker, claims, limits, calls }: World): Promise<void> {
    await until(
      () => claims.rows.get(id)?.owner !== 'test-worker/1' || claims.rows.get(id)?.state === 'free',
    );
    expect(limits.size).toBe(0);
    for (const { end } of calls) end();
    await until(() => limits.held.size === 0);
    await until(() => worker.worker.load().running === 0 && worker.worker.load().unsettled === 0);
    expect(worker.worker.load()).toMatchObject({ notDue: 0, waiting: { normal: 0, retry: 0 } });
    expect(worker.worker.jobAt({ topic: 'jobs.print', partition: 0, offset: own.offset })).toBeUndefined();
    expect(worker.failures).toEqual([]);
  }

  it('starts once it is free', async () => {
    const { world, free, wake } = await waitingIn();
    free();
    await wake();
    await until(() => world.started.includes(1));
  });

  it('does not start once its partition is lost, and holds no gate any more', async () => {
    const { world, waiting, free, wake } = await waitingIn();
    world.worker.lose(waiting);
    await expectNothingHeld(world);
    free();
    await wake();
    expect(world.started).not.toContain(1);
    expect(waiting.calls).toEqual(calls);
    const next = world.hand({ payload: { n: 2 }, orderingKey: 'k' }, high);
    await until(() => world.started.includes(2));
    world.calls.at(-1)!.end();
    await until(() => next.calls.includes('done'));
  });

  it('starts once when its partition is lost and comes back', async () => {
    const { world, waiting, free, wake } = await waitingIn();
    const { record } = waiting;
    world.worker.lose(waiting);
    const { type, orderingKey, payload } = JSON.parse(record.value!.toString());
    const at = { topic: record.topic, offset: record.offset, timestamp: record.timestamp };
    const again = world.hand({ id, type, orderingKey, payload }, at);
    await wake();
    free();
    await until(async () => {
      await wake();
      world.limits.letIn();
      return world.started.includes(1);
    });
    for (const { end } of world.calls) end();
    await until(() => again.calls.includes('done'));
    await wake();
    expect(world.started.filter((n) => n === 1)).toEqual([1]);
    expect(waiting.calls).toEqual(calls);
    await expectNothingHeld(world);
  });

  it('does not start once the worker drains, and holds no gate any more', async () => {
    const { world, waiting, free, wake } = await waitingIn();
    world.worker.drain();
    free();
    await wake();
    await expectNothingHeld(world);
    expect(world.started).not.toContain(1);
    expect(waiting.calls).toEqual(calls);
  });
});

describe('a claim that is lost while its job waits', () => {
  it.each(['for a limit', 'for a slot after its limit'])(
    '%s starts no attempt: claim and limit are asked for again',
    async (where) => {
      const world = new World(4);
      const id = newJobId();
      const delivery = world.hand({ id, type: cheque.type, payload: { n: 1, limited: true } }, own);
      await until(() => world.limits.size === 1);
      if (where !== 'for a limit') {
        world.worker.worker.isPaused = true;
        world.limits.letIn();
        await turn();
      }
      const giveBack = world.occupy(id);
      world.worker.clock.time += 400;
      await until(async () => (await world.worker.count('jobstream_claims_total', 'lost')) === 1);
      world.limits.letIn();
      world.worker.worker.isPaused = false;
      await until(async () => (await world.worker.count('jobstream_claims_total', 'waited')) === 1);
      expect(world.started).toEqual([]);
      expect(world.limits.held.size).toBe(0);
      expect(delivery.calls).toEqual([]);

      giveBack();
      await until(() => world.limits.size === 1);
      expect(world.started).toEqual([]);
      world.limits.letIn();
      await until(() => world.started.length === 1);
      world.calls[0]!.end();
      await until(() => delivery.calls.includes('done'));
      expect(world.started).toEqual([1]);
      expect(world.claims.rows.get(id)).toMatchObject({ state: 'ended', deaths: 0 });
      world.close();
    },
  );
});
