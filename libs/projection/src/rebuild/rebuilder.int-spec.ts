import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import type { RebuildView } from '@jobstream/contracts/rest';
import type { Session } from '@jobstream/database';
import { OldJobs } from '../retention/old-jobs.js';
import type { Facts } from '../wire-history.fixture-spec.js';
import { Generations } from './generations.js';
import { RebuildRun } from './rebuild-run.js';
import { RebuildStack } from './rebuild-stack.fixture-spec.js';
import { RebuildStore } from './rebuild-store.js';
import { lockAwaited } from './rebuilt-rows.fixture-spec.js';

let stack: RebuildStack;

beforeAll(async () => {
  stack = await RebuildStack.open();
  await stack.append(
    Array.from({ length: 100 }, (): Facts[] => {
      const id = newJobId();
      return [
        { id, phase: 'queued' },
        { id, phase: 'succeeded', start: 1 },
      ];
    }),
  );
});
afterEach(() => stack.stopRebuilders());
afterAll(() => stack.close());

/** Does something when the generations are about to meet, once the rebuilt one waits. */
class AwaitedGenerations extends Generations {
  constructor(private readonly beforeMeeting: (nth: number) => Promise<void>) {
    super(stack.database, stack.settings);
  }
  private meetings = 0;

  override async holdProjectors(session: Session): Promise<void> {
    await this.beforeMeeting((this.meetings += 1));
    await super.holdProjectors(session);
  }
}

describe('a rebuild', () => {
  it('is done by one of several processes, and one at a time', async () => {
    stack.startRebuilder();
    stack.startRebuilder();
    const asked = await Promise.allSettled([
      stack.rebuilds.create({}),
      stack.rebuilds.create({}),
      stack.rebuilds.create({}),
    ]);
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(asked.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'rebuild_running' } },
      { reason: { code: 'rebuild_running' } },
    ]);
    const { items } = await stack.rebuilds.list();
    expect(await stack.ended(items[0]!.id)).toMatchObject({ state: 'swapped', generation: 2 });
  });

  it('is resumed where it was when its process stops, and is thrown away when it is cancelled', async () => {
    const { id } = await stack.rebuilds.create({});
    stack.startRebuilder();
    while ((await stack.rebuilds.read(id)).generation === null) await pause(5);
    await stack.stopRebuilders();
    await stack.rebuilds.cancel(id).catch(() => undefined);
    stack.startRebuilder();
    const { state, generation } = await stack.ended(id);
    expect(['cancelled', 'swapped']).toContain(state);
    if (state === 'swapped') return;
    const { rows } = await stack.database.query({
      text: 'SELECT FROM pg_namespace WHERE nspname = $1',
      values: [`${stack.settings.schemas.projection}_g${generation}`],
    });
    expect(rows).toEqual([]);
  });

  it('fails with the reason once three of its processes died, not counting those that stopped or live', async () => {
    const store = new RebuildStore(stack.database);
    const { id } = await stack.rebuilds.create({});
    const expire = () =>
      stack.database.query({
        text: `UPDATE ${stack.database.operations}.rebuilds SET lease_until = now() - interval '1 s' WHERE id = $1`,
        values: [id],
      });
    const deaths = async () => (await store.find(id))!.deaths;
    await store.claim('stops');
    await store.release('stops');
    await store.claim('thaws');
    await expire();
    await store.claim('dies');
    expect(await deaths()).toBe(1);
    await store.revive('thaws');
    expect(await deaths()).toBe(0);
    await expire();
    await store.claim('dies too');
    await expire();
    await store.claim('dies last');
    expect(await deaths()).toBe(2);
    await expire();
    stack.startRebuilder();
    expect(await stack.ended(id)).toMatchObject({
      state: 'failed',
      keptSchema: null,
      failure: { code: 'runner_died', message: expect.stringContaining('3 times') },
    });
  });

  it.each([2, 7, 8])(
    'compares what was written just before alignment %s, and swaps no row that it has not compared',
    async (alignment) => {
      const late = newJobId();
      const generations = new AwaitedGenerations(async (nth) => {
        if (nth !== alignment) return;
        await stack.append([[{ id: late, phase: 'queued' }]]);
        await stack.appendUnreadable(late);
        await stack.projected();
        const { projection } = stack.database;
        await stack.database.query({
          text: `UPDATE ${projection}.jobs SET type = 'wrong' WHERE id = $1`,
          values: [late],
        });
        await stack.database.query({
          text: `UPDATE ${projection}.rejected_records SET reason = 'wrong'`,
        });
      });
      const { connection, admin, topics, logger } = stack;
      const store = new RebuildStore(stack.database);
      const { id } = await stack.rebuilds.create({});
      const rebuild = await store.claim('me');
      const run = new RebuildRun(
        {
          connection,
          admin,
          topics,
          logger,
          store,
          generations,
          owner: 'me',
          // Rounds of comparing what was touched go on to the last.
          database: stack.another(),
          settings: stack.settings,
          fewJobs: -1,
        },
        rebuild!,
      );
      await run.run();
      expect(await stack.rebuilds.read(id)).toMatchObject({
        state: 'failed',
        differences: {
          total: 2,
          first: expect.arrayContaining([
            { table: 'jobs', key: late, only: null, columns: ['type'] },
            expect.objectContaining({ table: 'rejected_records', columns: ['reason'] }),
          ]),
        },
      });
      expect(generations.live).toBe(stack.settings.schemas.projection);
      // The rebuilt rows are right: they end the disorder.
      await stack.rebuilds.swap(id);
      stack.startRebuilder();
      await stack.ended(id);
    },
  );

  it('begins between two pages of what retention deletes, and ends the deleting', async () => {
    const store = new RebuildStore(stack.database);
    const order: string[] = [];
    let creating: Promise<RebuildView> | undefined;
    await stack.database.transaction(
      async () => {
        creating = stack.rebuilds.create({});
        void creating.then(() => order.push('begun'));
        await lockAwaited(stack.database, store.lock);
        order.push('page deleted');
      },
      { sharedLock: store.lock },
    );
    await creating;
    expect(order).toEqual(['page deleted', 'begun']);
    const old = {
      states: ['succeeded', 'dead_lettered', 'cancelled', 'expired'] as const,
      before: new Date(Date.now() + 60_000),
      starts: new Map<string, number[]>(),
    };
    const before = await stack.rows();
    for await (const deleted of new OldJobs(stack.another()).delete(old)) expect(deleted).toBe('nothing');
    expect(await stack.rows()).toEqual(before);
    await stack.rebuilds.cancel((await creating!).id);
    stack.startRebuilder();
    await stack.ended((await creating!).id);
    let total = 0;
    for await (const deleted of new OldJobs(stack.another()).delete(old)) total += deleted;
    expect(total).toBeGreaterThan(0);
  });
});
