import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobId } from '@jobstream/contracts';
import { encodeRecord, type JobRecord } from '@jobstream/contracts/records';
import type { ScheduleFiring } from '@jobstream/contracts/rest';
import { eventually } from '@jobstream/testing';
import { Registry } from 'prom-client';
import { Schedules } from './schedules.js';
import { StackFixture } from './stack.fixture-spec.js';

describe('a schedule that does not overlap', () => {
  const stack = new StackFixture();
  let schedules: Schedules;
  beforeAll(async () => {
    await stack.start();
    const { database, intake, logger } = stack;
    schedules = new Schedules({ database, intake, logger, metrics: new Registry() });
  });
  afterAll(() => stack.stop());

  /** The end of a job, as a worker writes it. */
  const end = async (id: JobId, phase: 'succeeded' | 'dead_lettered') => {
    const head = { run: 1, attempt: 1, createdAt: Date.now() };
    const base = { v: 1, id, type: 'probe.run', queue: 'probe' } as const;
    const at = new Date().toISOString();
    const record: JobRecord =
      phase === 'succeeded'
        ? { ...head, phase, value: { ...base, start: { worker: 'w', at }, finishedAt: at, result: null } }
        : {
            ...head,
            phase,
            value: {
              ...base,
              payload: {},
              priority: 'normal',
              maxAttempts: 1,
              reason: 'exhausted',
              attempts: 1,
              error: { code: 'x', message: 'x' },
              origin: { topic: 't', partition: 0, offset: 0, at },
            },
          };
    const { topics } = stack;
    const topic = phase === 'succeeded' ? topics.events : topics.deadLetters('probe');
    await stack.producer.send({ topic, ...encodeRecord(record) });
  };
  const firing = async (matches: (firing: ScheduleFiring) => boolean) =>
    eventually(async () => {
      const found = (await schedules.read('alone')).firings.find(matches);
      expect(found).toBeDefined();
      return found!;
    });

  it('fires again only after its last job has ended, by success or as a dead letter', async () => {
    await schedules.put('alone', { every: '1s', overlap: 'skip', job: { type: 'probe.run', payload: {} } });
    stack.startScheduler();
    let last = await firing(({ state }) => state === 'fired');
    for (const phase of ['succeeded', 'dead_lettered'] as const) {
      const { jobId, fireAt } = last;
      const skipped = await firing(({ state, fireAt: later }) => state === 'skipped' && later > fireAt);
      // By its instant where both were decided at one look: the ticker came late.
      expect([jobId, fireAt].some((name) => skipped.detail?.includes(name))).toBe(true);
      await end(jobId, phase);
      await firing((each) => each.jobId === jobId && each.state === 'ended');
      last = await firing((each) => each.state === 'fired' && each.fireAt > fireAt);
    }
  });

  it('is not held up forever by a job of a deleted schedule', async () => {
    await schedules.delete('alone');
    await schedules.put('alone', { every: '1s', overlap: 'skip', job: { type: 'probe.run', payload: {} } });
    const now = new Date().toISOString();
    await firing(({ state, fireAt }) => state === 'fired' && fireAt > now);
  });
});
