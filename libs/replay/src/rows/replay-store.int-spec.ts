import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { replayRequestSchema } from '@jobstream/contracts/rest';
import { Database, migrate, schemasOf } from '@jobstream/database';
import { randomNamespace, stackAddress } from '@jobstream/testing';
import { ReplayStore, type HeldReplay } from './replay-store.js';

const settings = { url: stackAddress('DATABASE_URL'), schemas: schemasOf(randomNamespace()) };
const database = new Database(settings);
const store = new ReplayStore(database);
const request = replayRequestSchema.parse({ source: 'history', queue: 'probe', why: 'a test' });
const ranges = [{ topic: 't', partition: 0, from: 0, next: 0, to: 10 }];
const page = {
  ranges: [{ ...ranges[0]!, next: 5 }],
  below: null,
  matched: 5,
  done: 0,
  failed: 0,
  skipped: {},
  faults: [],
};

describe('replays in the database', () => {
  beforeAll(() => migrate(settings));
  beforeEach(() => database.query({ text: `TRUNCATE ${database.operations}.replays` }));
  afterAll(async () => {
    await database.query({ text: `DROP SCHEMA ${database.projection}, ${database.operations} CASCADE` });
    await database.close();
  });

  const insert = () =>
    store.insert(database, { id: newJobId(), request, ranges, below: null, expected: 5, requestedBy: 'ada' });
  const expire = () =>
    database.query({
      text: `UPDATE ${database.operations}.replays SET lease_until = now() - interval '1 s'`,
    });
  const take = async () => (await store.take(randomUUID(), 60_000))!;
  const advance = (held: HeldReplay) => store.advance(database, held, page);

  it('keep what was asked for', async () => {
    const { id } = await insert();
    expect(await store.find(id)).toMatchObject({ id, request, ranges, state: 'pending', requestedBy: 'ada' });
  });

  it('are listed by their state, the newest first', async () => {
    const { id: cancelled } = await insert();
    const held = await take();
    await store.cancel(cancelled);
    // Ids of one millisecond have no order.
    // Ids of one millisecond have no order of their own.
    const [older, newer] = [(await insert()).id, (await insert()).id].sort();
    const list = async (state?: 'open' | 'pending' | 'cancelling' | 'failed', before?: string) =>
      (await store.list('replays', { state, older: before, limit: 2 })).map(({ id }) => id);
    expect(held.replay.id).toBe(cancelled);
    expect(await list('open')).toEqual([newer, older]);
    expect(await list('open', older)).toEqual([cancelled]);
    expect(await list('cancelling')).toEqual([cancelled]);
    expect(await list('failed')).toEqual([]);
    expect(await list()).toEqual([newer, older]);
    await store.fail(held, { code: 'runner_died', message: 'It died.' });
    expect(await list('open', older)).toEqual([]);
    expect(await list('failed')).toEqual([cancelled]);
    expect(await store.list('actions', { state: 'open', older: undefined, limit: 2 })).toEqual([]);
  });

  it('are taken by one process at a time, the oldest first', async () => {
    const [first, second] = [await insert(), await insert()];
    const taken = await Promise.all(Array.from({ length: 4 }, () => store.take(randomUUID(), 60_000)));
    const ids = taken.flatMap((held) => held?.replay.id ?? []);
    expect(ids.sort()).toEqual([first.id, second.id].sort());
    expect(await store.find(first.id)).toMatchObject({ state: 'running', startedAt: expect.any(Date) });
  });

  it('are advanced by their holder alone, from where the last one left them', async () => {
    const { id } = await insert();
    const dead = await take();
    expect(await advance(dead)).toBe(true);
    await expire();
    const heir = await take();
    expect(heir.replay.ranges).toEqual(page.ranges);
    expect([await advance(dead), await store.renew(dead, 60_000)]).toEqual([false, undefined]);
    await store.finish(dead);
    expect(await store.find(id)).toMatchObject({ state: 'running', matched: 5 });
    await store.finish(heir);
    expect(await store.find(id)).toMatchObject({ state: 'finished', finishedAt: expect.any(Date) });
    expect(await store.take(randomUUID(), 60_000)).toBeUndefined();
  });

  it('reserve nothing more once they are cancelled, and end as cancelled', async () => {
    const { id } = await insert();
    const held = await take();
    expect(await store.cancel(id)).toBe(true);
    expect([await advance(held), await store.renew(held, 60_000)]).toEqual([false, 'cancelling']);
    await store.finish(held);
    expect(await store.find(id)).toMatchObject({ state: 'cancelled' });
    expect(await store.cancel(id)).toBe(false);
  });

  it('count each process that died since they last advanced, and none that turns out to live', async () => {
    const { id } = await insert();
    const deaths = async () => (await store.find(id))!.deaths;
    const lives = await take();
    await expire();
    const dies = await take();
    await expire();
    const heir = await take();
    expect(heir.replay.deaths).toBe(2);
    await store.release(lives, 'the database was away', 0);
    expect(await store.find(id)).toMatchObject({ deaths: 1, trouble: null });
    expect(await store.renew(heir, 60_000)).toBe('running');
    await advance(heir);
    expect(await deaths()).toBe(0);
    await store.release(heir, null, 0);
    await take();
    expect(await deaths()).toBe(0);
    await store.release(dies, null, 0);
    expect(await deaths()).toBe(0);
  });

  it('fail with a reason, and free the runs that were reserved and not produced', async () => {
    const { id } = await insert();
    const held = await take();
    const jobs = `${database.operations}.replay_jobs`;
    await database.query({
      text: `INSERT INTO ${jobs} (job_id, run, replay_id, state, request)
             SELECT job_id, 2, $2, state, '{}' FROM unnest($1::uuid[], $3::text[]) AS made(job_id, state)`,
      values: [[newJobId(), newJobId()], id, ['reserved', 'replayed']],
    });
    const failure = { code: 'runner_died', message: 'It died.' };
    await store.fail({ ...held, token: randomUUID() }, failure);
    expect(await store.find(id)).toMatchObject({ state: 'running', failure: null });
    await store.fail(held, failure);
    expect(await store.find(id)).toMatchObject({ state: 'failed', failure, finishedAt: expect.any(Date) });
    const { rows } = await database.query({
      text: `SELECT state FROM ${jobs} WHERE replay_id = $1`,
      values: [id],
    });
    expect(rows).toEqual([{ state: 'replayed' }]);
    expect(await store.take(randomUUID(), 60_000)).toBeUndefined();
  });

  it('wait some time after trouble', async () => {
    const { id } = await insert();
    await store.release(await take(), 'the broker is away', 60_000);
    expect(await store.find(id)).toMatchObject({ trouble: 'the broker is away' });
    expect(await store.take(randomUUID(), 60_000)).toBeUndefined();
    await expire();
    expect((await take()).replay).toMatchObject({ id, trouble: null });
  });
});
