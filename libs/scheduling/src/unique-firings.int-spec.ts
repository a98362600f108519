import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { defineJob, type UniqueOptions } from '@jobstream/contracts';
import { JobIntake, UniqueJobs } from '@jobstream/intake';
import { JobTypeBook } from '@jobstream/job-types';
import { probeQueue } from '@jobstream/jobs';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { FiringProducer } from './firing-producer.js';
import { FiringStore, type PendingFiring } from './firing-store.js';
import { ScheduleStore } from './schedule-store.js';
import { ScheduleTicker } from './schedule-ticker.js';
import { Schedules } from './schedules.js';
import { StackFixture } from './stack.fixture-spec.js';

const at = (iso: string) => Date.parse(iso);

describe('schedules of jobs with a unique key', () => {
  const stack = new StackFixture();
  const { database, logger, metrics } = stack;
  let now = at('2026-01-01T10:00:00.500Z');
  const readClock = async () => now;
  const schedules = new ScheduleStore(database, readClock);
  const firings = new FiringStore(database);
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());
  afterEach(() => {
    now = at('2026-01-01T10:00:00.500Z');
  });

  const find = async (name: string) => (await schedules.find(name))!;
  const ruled = (name: string, unique: UniqueOptions) =>
    defineJob({
      type: `customer.${name}`,
      queue: probeQueue,
      payload: z.strictObject({ customer: z.string() }),
      result: z.null(),
      unique: { by: 'customer', ...unique },
    });
  const jobTypes = JobTypeBook.of([
    ruled('returns', {}),
    ruled('rejects', { onConflict: 'reject' }),
    ruled('gathers', { debounce: '1h' }),
  ]);
  const uniqueJobs = new UniqueJobs(stack.database, stack.producer.brokerClock, new Registry());
  const intake = new JobIntake({ ...stack, jobTypes, uniqueJobs });
  const keyed = () => new Schedules({ database, intake, logger, metrics: new Registry(), readClock });
  const look = (producer: Pick<FiringProducer, 'produce'> = new FiringProducer(intake, logger, metrics)) =>
    new ScheduleTicker({
      database,
      metrics,
      logger,
      schedules,
      firings,
      readClock,
      producer: producer as FiringProducer,
    }).look();
  /** Puts the schedule and fires it twice. @returns its decisions, the first one first */
  const firedTwice = async (name: string) => {
    const job = { type: `customer.${name}`, payload: { customer: '7' } };
    await keyed().put(name, { every: '10s', job });
    for (now of [at('2026-01-01T10:00:10Z'), at('2026-01-01T10:00:20Z')]) await look();
    return (await firings.recent(await find(name), 10)).reverse();
  };

  it('fire none while the job of the key is unfinished, and say which, then the next', async () => {
    const [first, second] = await firedTwice('returns');
    expect(first).toMatchObject({ state: 'fired' });
    expect(second).toMatchObject({
      state: 'skipped',
      detail: `The job ${first!.jobId} holds the unique key.`,
    });
    expect(await keyed().fire('returns')).toMatchObject({ id: first!.jobId, existing: true });
    await stack.rows('DELETE FROM $schema.unique_keys WHERE job_id = $1', [first!.jobId]);
    now = at('2026-01-01T10:00:30Z');
    await look();
    const [newest] = await firings.recent(await find('returns'), 1);
    expect(newest).toMatchObject({ state: 'fired', fireAt: '2026-01-01T10:00:30.000Z' });
  });

  it('are skipped where the key rejects, and by hand that is a problem', async () => {
    const [first, second] = await firedTwice('rejects');
    expect(second).toMatchObject({ state: 'skipped', detail: expect.stringContaining(first!.jobId) });
    await expect(keyed().fire('rejects')).rejects.toMatchObject({ code: 'job_not_unique' });
  });

  it('give a debounced job their payload and time', async () => {
    const [first, second] = await firedTwice('gathers');
    expect(first).toMatchObject({ state: 'fired' });
    expect(second).toMatchObject({
      state: 'skipped',
      detail: `The job ${first!.jobId}, which waits and holds the unique key, has this payload and time now.`,
    });
  });

  it('do not meet their own key when a process died before it marked them', async () => {
    await keyed().put('again', {
      every: '10s',
      job: { type: 'customer.rejects', payload: { customer: '8' } },
    });
    now = at('2026-01-01T10:00:10Z');
    const dies = {
      produce: async (firing: PendingFiring): Promise<never> => {
        await new FiringProducer(intake, logger, metrics).produce(firing);
        throw new Error('killed before it marked');
      },
    };
    await expect(look(dies)).rejects.toThrow('killed');
    await look();
    expect(await firings.recent(await find('again'), 10)).toMatchObject([{ state: 'fired' }]);
  });
});
