import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord, type JobRequest, type RetryRequest } from '@jobstream/contracts/records';
import { probeRun } from '@jobstream/jobs';
import { JobIntake, DelayedJobStore, readDelayedJob, type DelayedJob } from '@jobstream/intake';
import { KafkaConnection, kafkaSettingsFromEnv, NeverSentError, RecordProducer } from '@jobstream/kafka';
import { eventually, StallWatch } from '@jobstream/testing';
import { DelayedJobPublisher } from './delayed-job-publisher.js';
import { ExistingQueues } from './existing-queues.js';
import type { Scheduler } from './scheduler.js';
import { StackFixture } from './stack.fixture-spec.js';

const iso = (instant: number) => new Date(instant).toISOString();

describe('delayed jobs', () => {
  const stack = new StackFixture();
  const probe = stack.topics.requests('probe');
  let jobs: DelayedJobStore;
  let watch: StallWatch;

  beforeAll(async () => {
    watch = await StallWatch.start();
    await stack.start();
    jobs = new DelayedJobStore(stack.database);
  });
  afterAll(async () => {
    await stack.stop();
    await watch.stop();
  });

  const request = (id: string, changes: Partial<JobRequest> = {}): JobRequest => ({
    v: 1,
    id,
    type: 'probe.run',
    queue: 'probe',
    payload: {},
    priority: 'normal',
    maxAttempts: probeRun.maxAttempts,
    ...changes,
  });
  const publisher = (forward = stack.intake.forward.bind(stack.intake)) => {
    const { database, metrics, logger } = stack;
    const queues = new ExistingQueues(stack.admin, stack.topics);
    return new DelayedJobPublisher({ database, jobs, queues, metrics, logger, intake: { forward } as never });
  };
  const delayed = (dueAt: number, changes: Partial<JobRequest> = {}): DelayedJob => {
    const id = newJobId();
    const record = encodeRecord({
      run: 1,
      attempt: 1,
      createdAt: Date.now(),
      phase: 'scheduled',
      value: { ...request(id, changes), runAt: iso(dueAt) },
    });
    const incoming = { topic: '', partition: 0, offset: 0, timestamp: 0, key: null };
    const read = readDelayedJob({ ...incoming, value: Buffer.from(record.value), headers: record.headers });
    if ('fault' in read) throw new Error(read.fault);
    return read;
  };
  const hold = (...held: DelayedJob[]) => stack.database.transaction((session) => jobs.hold(session, held));
  const logged = async (id: string) => (await stack.requests(probe)).filter(({ value }) => value.id === id);
  const left = async (id: string) =>
    (await stack.rows<{ state: string }>('SELECT state FROM $schema.delayed_jobs WHERE id = $1', [id])).map(
      ({ state }) => state,
    );

  describe('held by a scheduler', () => {
    const schedulers: Scheduler[] = [];
    beforeAll(async () => {
      schedulers.push(stack.startScheduler(), stack.startScheduler());
      await eventually(async () => {
        for (const scheduler of schedulers) expect(await scheduler.health()).toMatchObject({ ok: true });
      });
    });
    afterAll(() => Promise.all(schedulers.map((scheduler) => stack.stopScheduler(scheduler))));

    it('come to their queue when they are due, not before, and leave no row behind', async () => {
      const { id, state, createdAt } = await stack.intake.submit({
        type: 'probe.run',
        payload: { note: 'later' },
        delay: '1500ms',
        submittedFor: 'ada',
      });
      expect(state).toBe('scheduled');
      const [record] = await eventually(async () => {
        const found = await logged(id);
        expect(found).toHaveLength(1);
        return found;
      });
      expect(record).toMatchObject({
        run: 1,
        attempt: 1,
        phase: 'queued',
        createdAt: Date.parse(createdAt),
        value: { payload: { note: 'later' }, submittedFor: 'ada', maxAttempts: 4 },
        claimed: true,
        traceparent: expect.any(String),
      });
      expect(record!.value).not.toHaveProperty('runAt');
      const [dueAt, at] = [Date.parse(createdAt) + 1_500, record!.at.timestamp];
      expect(at).toBeGreaterThanOrEqual(dueAt);
      expect(at - dueAt - watch.stalledWithin(dueAt, at)).toBeLessThan(1_000);
      await eventually(async () => expect(await left(id)).toEqual([]));
    });

    it('start the attempt after the failed one when they retry', async () => {
      const id = newJobId();
      const dueAt = Date.now() + 300;
      const value: RetryRequest = {
        ...request(id),
        error: { code: 'x', message: 'x' },
        start: { worker: 'w', at: iso(Date.now()) },
        dueAt: iso(dueAt),
      };
      await stack.producer.send({
        topic: stack.topics.delayed,
        ...encodeRecord({ run: 2, attempt: 3, phase: 'retrying', createdAt: Date.now(), value }),
      });
      const [record] = await eventually(async () => {
        const found = await logged(id);
        expect(found).toHaveLength(1);
        return found;
      });
      expect(record).toMatchObject({ run: 2, attempt: 4, phase: 'queued' });
      for (const field of ['error', 'start', 'dueAt']) expect(record!.value).not.toHaveProperty(field);
      expect(record!.at.timestamp).toBeGreaterThanOrEqual(dueAt);
    });

    it('are not held up by records that cannot be read', async () => {
      const garbage = ['', '{', 'null', '{"v":2}', '\u0000'].map((value) => ({
        topic: stack.topics.delayed,
        key: 'x',
        value,
        headers: {},
      }));
      const hostile = encodeRecord({
        run: 1,
        attempt: 1,
        createdAt: 0,
        phase: 'scheduled',
        value: { ...request(newJobId(), { queue: '../\u0000' }), runAt: iso(0) },
      });
      await stack.producer.sendAll([
        ...garbage,
        { topic: stack.topics.delayed, key: 'x', value: null, headers: {} },
        { topic: stack.topics.delayed, ...hostile },
      ]);
      const { id } = await stack.intake.submit({ type: 'probe.run', payload: {}, delay: '10ms' });
      await eventually(async () => expect(await logged(id)).toHaveLength(1));
    });

    it('keep an ordering key that text cannot hold', async () => {
      const id = newJobId();
      const orderingKey = 'a\u0000b\ud800';
      await stack.producer.send({
        topic: stack.topics.delayed,
        ...encodeRecord({
          run: 1,
          attempt: 1,
          createdAt: Date.now(),
          phase: 'scheduled',
          value: { ...request(id, { orderingKey }), runAt: iso(0) },
        }),
      });
      await eventually(async () => expect(await logged(id)).toMatchObject([{ value: { orderingKey } }]));
    });

    it('come to the lane of their priority', async () => {
      const { id } = await stack.intake.submit({
        type: 'cleanup-old-files',
        payload: {},
        priority: 'low',
        delay: '10ms',
      });
      const lane = stack.topics.requests('maintenance', 'low');
      await eventually(async () => {
        expect((await stack.requests(lane)).map(({ value }) => value.id)).toEqual([id]);
      });
    });

    it('wait for a queue that does not exist yet, and hold up no other', async () => {
      const early = delayed(Date.now() - 1_000, { queue: 'not-built-yet' });
      const other = delayed(Date.now() - 500);
      await hold(early, other);
      await eventually(async () => expect(await logged(other.id)).toHaveLength(1));
      await eventually(async () => expect(await left(early.id)).toEqual(['publishing']));
      await stack.rows('DELETE FROM $schema.delayed_jobs WHERE id = $1', [early.id]);
    });

    it('keep their positions in the log beside their rows', async () => {
      const [held] = await stack.rows<{ next: number }>(
        'SELECT sum(next)::bigint AS next FROM $schema.read_positions',
      );
      const ends = (await stack.admin.endOffsets([stack.topics.delayed])).get(stack.topics.delayed)!;
      expect(held!.next).toBe(ends.reduce((sum, end) => sum + end, 0));
    });
  });

  describe('when they are due', () => {
    it('are published by another process when one dies in the middle, as copies of one job', async () => {
      const job = delayed(Date.now() - 100);
      await hold(job);
      const dies = async (requests: readonly DelayedJob[]) => {
        await stack.intake.forward(requests);
        throw new Error('killed before it deleted');
      };
      await expect(publisher(dies as never).look()).rejects.toThrow('killed');
      expect(await left(job.id)).toEqual(['publishing']);
      await publisher().look();
      expect([await left(job.id), (await logged(job.id)).length]).toEqual([[], 2]);
    });

    it('stay when the broker does not acknowledge them, and only those', async () => {
      const [lost, fine] = [delayed(Date.now() - 100), delayed(Date.now() - 100)];
      await hold(lost, fine);
      let tries = 0;
      const partly = async (requests: readonly DelayedJob[]) => {
        const outcomes = await stack.intake.forward(requests.filter(({ id }) => id !== lost.id));
        if (requests.some(({ id }) => id === lost.id) && ++tries > 1) throw new Error('enough');
        return requests.map(({ id }) => {
          if (id === lost.id) return { error: new NeverSentError('jobs.probe', 'lost') };
          return outcomes.shift()!;
        });
      };
      await expect(publisher(partly as never).look()).rejects.toThrow('enough');
      expect([await left(lost.id), await left(fine.id)]).toEqual([['publishing'], []]);
      await publisher().look();
      expect([await left(lost.id), (await logged(lost.id)).length]).toEqual([[], 1]);
    });

    it('rest when their topic refuses them, hold up no other, and are logged in one line', async () => {
      const lines: unknown[] = [];
      const connection = new KafkaConnection({
        ...kafkaSettingsFromEnv(process.env),
        logger: (level, message, about) => lines.push({ level, message, ...about }),
      });
      const producer = new RecordProducer(connection);
      await producer.start();
      const intake = new JobIntake({ producer, topics: stack.topics, jobTypes: stack.jobTypes });
      const topic = stack.topics.requests('gone');
      await stack.admin.ensureTopics([{ name: topic, partitions: 2 }]);
      const queues = new ExistingQueues(stack.admin, stack.topics);
      expect(await queues.list()).toContain('gone');
      await stack.admin.deleteTopics([topic]);
      const { database, metrics, logger } = stack;
      const publishing = new DelayedJobPublisher({ database, jobs, queues, metrics, logger, intake });

      const early = Array.from({ length: 1_000 }, () => delayed(Date.now() - 5_000, { queue: 'gone' }));
      const other = delayed(Date.now() - 100);
      await hold(...early, other);
      const nextInMs = await publishing.look();
      expect([await left(other.id), (await logged(other.id)).length]).toEqual([[], 1]);
      expect(nextInMs).toBeGreaterThan(1_000);
      const [again] = [delayed(Date.now() - 100)];
      await hold(again);
      const began = Date.now();
      await publishing.look();
      const ended = Date.now();
      expect(ended - began - watch.stalledWithin(began, ended)).toBeLessThan(1_000);
      expect(await left(again.id)).toEqual([]);
      const rest = `UPDATE $schema.delayed_jobs SET rest_until = clock_timestamp() WHERE queue = 'gone'`;
      for (let tries = 0; tries < 3; tries++) {
        await stack.rows(rest);
        await publishing.look();
      }
      expect(lines).toEqual([expect.objectContaining({ level: 'warn', topic })]);
      expect(producer.troubles.list()).toMatchObject([{ topic }]);

      await stack.admin.ensureTopics([{ name: topic, partitions: 2 }]);
      await stack.rows(rest);
      await publishing.look();
      expect(new Set((await stack.requests(topic)).map(({ value }) => value.id)).size).toBe(1_000);
      await producer.stop();
    });

    it('are not taken before they are due by the clock of Postgres', async () => {
      const job = delayed(Date.now() + 60_000);
      await hold(job);
      const wait = await publisher().look();
      expect(wait).toBeGreaterThan(50_000);
      expect(await left(job.id)).toEqual(['waiting']);
      await stack.rows('DELETE FROM $schema.delayed_jobs');
    });
  });
});
