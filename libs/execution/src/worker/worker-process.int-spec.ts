import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, platformVersion } from '@jobstream/contracts';
import { decodeWorkerSign } from '@jobstream/contracts/records';
import { databaseSettingsFromEnv, schemasOf } from '@jobstream/database';
import { JobTypeReader } from '@jobstream/job-types';
import { ClockWatch, ProcessErrors } from '@jobstream/runtime';
import { processContext } from '@jobstream/testing';
import { z } from 'zod';
import type { ServedQueue } from './queue-host.js';
import { StackFixture } from './stack.fixture-spec.js';
import { WorkerProcess } from './worker-process.js';

const jobOf = (name: string) =>
  defineJob({
    type: `${name}.run`,
    queue: defineQueue(name),
    payload: z.object({ waits: z.boolean().default(false) }),
    result: z.string(),
  });
const [letters, parcels] = [jobOf('letters'), jobOf('parcels')];

const stack = new StackFixture([letters, parcels]);
let worker: WorkerProcess;
let release: () => void;
let begun: () => void;
const waiting = new Promise<void>((resolve) => (begun = resolve));
const released = new Promise<void>((resolve) => (release = resolve));

const served = (definition: typeof letters): ServedQueue => ({
  queue: definition.queue,
  concurrency: 4,
  owner: 'post',
  handlers: new Map([
    [
      definition.type,
      {
        definition,
        handler: {
          handle: async ({ waits }: { waits: boolean }) => {
            if (waits) {
              begun();
              await released;
            }
            return definition.type;
          },
        },
      },
    ],
  ]),
});

const { health, metrics, logger, instance, id, service } = processContext({});

/** What the worker has told of itself, the newest last; null once it has taken it back. */
const signs = () =>
  stack.on(stack.topics.workers).map(({ key, value }) => {
    const read = decodeWorkerSign(key, value);
    if ('detail' in read) throw new Error(read.detail);
    expect(read.id).toBe(id);
    return read.sign;
  });
const isReady = async () => (await health.report()).ready;
const load = async () => (await metrics.getSingleMetricAsString('jobstream_slots')).split('\n').at(-1);

async function ready(): Promise<void> {
  while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 50));
}

beforeAll(async () => {
  await stack.start();
  const { topics, connection, admin, producer, namespace } = stack;
  const asked = {
    clock: producer.brokerClock,
    isNeeded: true,
    ask: () => producer.askTime(topics.clock),
  };
  worker = new WorkerProcess({
    name: 'post',
    topics,
    connection,
    admin,
    producer,
    clockWatch: new ClockWatch({ clocks: { broker: asked }, logger, metrics }),
    jobTypes: new JobTypeReader(topics, logger),
    database: { ...databaseSettingsFromEnv(process.env), schemas: schemasOf(namespace) },
    claimLeaseMs: 10_000,
    topicSize: 'small',
    instance,
    identity: { id, service, program: { name: 'post', version: '1.2.3' } },
    drainMs: 10_000,
    logger,
    metrics,
    health,
    errors: new ProcessErrors(),
    fatal: (error) => {
      throw error;
    },
  });
});

afterAll(async () => {
  await stack.stop();
});

describe('a worker process', () => {
  it('serves a queue that is there at its start, and one that comes later', async () => {
    worker.serve(served(letters));
    worker.listen(() => undefined);
    await ready();
    const first = await stack.submit(letters, {});
    expect((await stack.succeeded(first.id)).job.value).toMatchObject({ result: 'letters.run' });
    worker.serve(served(parcels));
    const second = await stack.submit(parcels, {});
    expect((await stack.succeeded(second.id)).job.value).toMatchObject({ result: 'parcels.run' });
    expect(await load()).toMatch(/ 8$/);
  });

  it('refuses to serve a queue twice', () => {
    expect(() => worker.serve(served(parcels))).toThrow('The queue "parcels" is served already.');
  });

  it('finishes what runs in a queue that it leaves, while the other one goes on', async () => {
    const last = await stack.submit(parcels, { waits: true });
    await waiting;
    const tells = () =>
      signs()
        .at(-1)
        ?.running.some((job) => job.id === last.id) === true;
    await stack.until(tells, 'the worker to tell what it runs');
    expect(signs().at(-1)).toMatchObject({
      program: { name: 'post', version: '1.2.3' },
      platformVersion,
      queueCount: 2,
      runningCount: 1,
      running: [{ type: 'parcels.run', queue: 'parcels', run: 1, attempt: 1, apart: false }],
      queues: [
        { queue: 'letters', slots: 4, running: 0 },
        {
          queue: 'parcels',
          running: 1,
          partitions: [{ topic: stack.topics.requests('parcels'), partitions: [0, 1, 2, 3, 4, 5] }],
        },
      ],
    });
    const left = worker.leave('parcels');
    const meanwhile = await stack.submit(letters, {});
    await stack.succeeded(meanwhile.id);
    release();
    await left;
    expect((await stack.succeeded(last.id)).job.attempt).toBe(1);
    expect(await stack.committed(stack.topics.requests('parcels'), 'parcels')).toBe(2);
    expect(await load()).toMatch(/ 4$/);
  });

  it('leaves to others what comes for a queue that it has left, and takes it when it comes back', async () => {
    const late = await stack.submit(parcels, {});
    const after = await stack.submit(letters, {});
    await stack.succeeded(after.id);
    expect(stack.of(late.id, 'succeeded')).toEqual([]);
    worker.serve(served(parcels));
    await stack.succeeded(late.id);
  });

  it('takes back what it tells of itself when it ends', async () => {
    await worker.close();
    await stack.until(() => signs().at(-1) === null, 'the worker to take its sign back');
  });
});
