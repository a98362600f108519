import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, newJobId, type JobId } from '@jobstream/contracts';
import { Database, migrate, schemasOf, type DatabaseSettings } from '@jobstream/database';
import { randomNamespace, stackAddress } from '@jobstream/testing';
import { z } from 'zod';
import { advanceFlows } from './advance-flows.js';
import type { CheckedFlow, CheckedStep } from './check-flow.js';
import { FlowArchive } from './flow-archive.js';
import { FlowQueries } from './flow-queries.js';
import { FlowStore, type StepEnd } from './flow-store.js';
import { ReadySteps } from './ready-steps.js';
import { stepJobId } from './step-job-id.js';
import { UnstartedSteps } from './unstarted-steps.js';

const rules = defineJob({
  type: 'probe',
  queue: defineQueue('probe'),
  payload: z.unknown(),
  result: z.unknown(),
});

describe('the rows of flows', () => {
  const settings: DatabaseSettings = {
    url: stackAddress('DATABASE_URL'),
    schemas: schemasOf(randomNamespace()),
  };
  const database = new Database(settings);
  const store = new FlowStore(database);
  const readySteps = new ReadySteps(database);
  const queries = new FlowQueries(database);
  const unstarted = new UnstartedSteps(database);
  beforeAll(() => migrate(settings));
  afterAll(async () => {
    await database.query({ text: `DROP SCHEMA ${database.projection}, ${database.operations} CASCADE` });
    await database.close();
  });

  /** A flow of jobs called 0, 1, …, each with the places of those that it waits for. */
  async function keep(after: readonly (readonly number[])[], onFailure: CheckedFlow['onFailure'] = 'cancel') {
    const id = newJobId();
    const awaited = new Set(after.flat());
    const steps = after.map((places, place): CheckedStep => {
      return {
        name: `${place}`,
        rules,
        submission: {},
        after: places,
        isReferred: true,
        isLast: !awaited.has(place),
      };
    });
    const flow = { onFailure, steps };
    await database.transaction((session) =>
      store.insert(session, { id, flow, createdAt: Date.now(), parent: undefined, traceparent: undefined }),
    );
    return id;
  }
  const endOf = (flowId: JobId, place: number, state: StepEnd['state'] = 'succeeded', run = 1): StepEnd => {
    const error = state === 'succeeded' ? null : { code: 'boom', message: 'It failed.' };
    return {
      flowId,
      jobId: stepJobId(flowId, `${place}`),
      run,
      state,
      outcome: JSON.stringify({ state }),
      error,
    };
  };
  const end = (...ends: StepEnd[]) => database.transaction((session) => advanceFlows(session, store, ends));
  const states = async (id: JobId) => (await queries.listSteps(id)).map(({ state }) => state);
  const startReady = (limit = 100) =>
    database.transaction(async (session) => {
      const ready = await readySteps.lockReady(session, limit);
      await readySteps.start(session, ready);
      return ready;
    });

  it('let a job go once all that it waits for have succeeded, however often an end is told', async () => {
    const id = await keep([[], [], [0, 1], [2]]);
    expect(await states(id)).toEqual(['ready', 'ready', 'waiting', 'waiting']);
    await startReady();
    await end(endOf(id, 0));
    await end(endOf(id, 0), endOf(id, 0));
    expect(await states(id)).toEqual(['succeeded', 'started', 'waiting', 'waiting']);
    await end(endOf(id, 1), endOf(id, 1));
    expect(await states(id)).toEqual(['succeeded', 'succeeded', 'ready', 'waiting']);
    // Sent by a process that died before it noted that.
    await end(endOf(id, 2));
    await startReady();
    await end(endOf(id, 3));
    expect(await queries.find(id)).toMatchObject({ state: 'succeeded', progress: { succeeded: 4 } });
  });

  it('cancel all that waits for a failed job, and set it back for a replay', async () => {
    const id = await keep([[], [0], [1], [], [3, 2]]);
    await startReady();
    await end(endOf(id, 0, 'failed'));
    expect(await states(id)).toEqual(['failed', 'cancelled', 'cancelled', 'started', 'cancelled']);
    expect(await queries.find(id)).toMatchObject({ state: 'failing', finishedAt: null });
    await end(endOf(id, 3));
    expect(await queries.find(id)).toMatchObject({ state: 'failed', progress: { failed: 1, cancelled: 3 } });
    await database.transaction(async (session) => {
      const flow = (await store.lock(session, [id])).get(id)!;
      await store.reset(session, id);
      await store.save(session, [
        { ...flow, state: 'running', failed: 0, cancelled: 0, lostEnds: 0, isOver: false },
      ]);
    });
    expect(await states(id)).toEqual(['ready', 'waiting', 'waiting', 'succeeded', 'waiting']);
    expect((await startReady()).map(({ name, run }) => [name, run])).toEqual([['0', 2]]);
    await end(endOf(id, 0, 'failed', 1));
    expect(await states(id)).toEqual(['started', 'waiting', 'waiting', 'succeeded', 'waiting']);
    for (const place of [0, 1, 2, 4]) {
      await end(endOf(id, place, 'succeeded', place === 0 ? 2 : 1));
      await startReady();
    }
    expect(await queries.find(id)).toMatchObject({
      state: 'succeeded',
      progress: { succeeded: 5, failed: 0 },
    });
  });

  it('let go what waits for a failed job of a flow that continues', async () => {
    const id = await keep([[], [0]], 'continue');
    await startReady();
    await end(endOf(id, 0, 'failed'));
    const [ready] = await startReady();
    const told = await database.transaction((session) => readySteps.readOutcomes(session, ready!));
    expect(told).toEqual([{ name: '0', id: stepJobId(id, '0'), state: 'failed' }]);
    await end(endOf(id, 1));
    expect(await queries.find(id)).toMatchObject({
      state: 'succeeded',
      progress: { succeeded: 1, failed: 1 },
    });
  });

  it('tell of a job that has not started, what it waits for, and which failure it was cancelled for', async () => {
    const id = await keep([[], [], [0, 1], [2], []]);
    const look = async (place: number) => {
      const step = await unstarted.find(stepJobId(id, `${place}`));
      if (typeof step !== 'object') return step;
      const reasons = await unstarted.listReasons(step, 20);
      return { ...step, reasons: reasons.map(({ name, state, error }) => [name, state, error?.code]) };
    };
    expect(await unstarted.find(newJobId())).toBeUndefined();
    expect(await look(0)).toMatchObject({ state: 'ready', waits: 0, reasons: [] });
    expect(await look(2)).toMatchObject({
      flowId: id,
      flowState: 'running',
      name: '2',
      state: 'waiting',
      run: 1,
      waits: 2,
      restUntil: null,
    });
    await startReady();
    await end(endOf(id, 0));
    expect(await look(0)).toBe('started');
    expect(await look(2)).toMatchObject({ waits: 1, reasons: [['1', 'started', undefined]] });
    expect(await look(3)).toMatchObject({ waits: 1, reasons: [['2', 'waiting', undefined]] });
    await end(endOf(id, 1, 'failed'));
    expect(await look(1)).toBe('started');
    for (const place of [2, 3])
      expect(await look(place)).toMatchObject({
        state: 'cancelled',
        flowState: 'failing',
        reasons: [['1', 'failed', 'boom']],
      });
    await end(endOf(id, 4));
    await database.transaction((session) => store.reset(session, id));
    expect(await look(1)).toMatchObject({ state: 'ready', run: 2, error: null });
    expect(await look(2)).toMatchObject({ state: 'waiting', run: 1, waits: 1 });
  });

  it('name no failure for a job that was cancelled with a flow that continues', async () => {
    const id = await keep([[], [], [0, 1]], 'continue');
    await startReady();
    await end(endOf(id, 0, 'failed'));
    await database.transaction((session) => store.cancelUnstarted(session, id));
    const step = await unstarted.find(stepJobId(id, '2'));
    if (typeof step !== 'object') throw new Error('It has not started.');
    expect(step.state).toBe('cancelled');
    expect(await unstarted.listReasons(step, 20)).toEqual([]);
  });

  it('take a fan-in of 10,000 in many transactions at the same time', async () => {
    const width = 9_999;
    const id = await keep([
      ...Array.from({ length: width }, () => []),
      Array.from({ length: width }, (_, n) => n),
    ]);
    const ends = Array.from({ length: width }, (_, place) => endOf(id, place));
    const parts = Array.from({ length: 8 }, (_, part) => ends.filter((_, nth) => nth % 8 === part));
    // As coordinators do that read other partitions, one of them twice.
    await Promise.all([...parts, parts[0]!].map((part) => end(...part)));
    const ready = await database.transaction((session) => readySteps.lockReady(session, 10));
    expect(ready.map(({ name }) => name)).toEqual([`${width}`]);
    expect(await queries.find(id)).toMatchObject({ progress: { succeeded: width } });
  });

  it('are deleted some time after the end of their flow, with its jobs', async () => {
    const archive = new FlowArchive(database);
    const unfinished = await keep([[]]);
    expect(await archive.oldestUnfinished()).toBeDefined();
    await database.query({
      text: `UPDATE ${database.operations}.flows SET finished_at = now() - interval '2 days' WHERE finished_at IS NOT NULL`,
    });
    expect(await archive.purge(86_400_000)).toBe(4);
    expect(await queries.find(unfinished)).toBeDefined();
    const { rows } = await database.query<{ count: number }>({
      text: `SELECT count(*)::int AS count FROM ${database.operations}.flow_steps WHERE flow_id NOT IN (SELECT id FROM ${database.operations}.flows)`,
    });
    expect(rows).toEqual([{ count: 0 }]);
  });
});
