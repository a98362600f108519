import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue } from '@jobstream/contracts';
import { databaseSettingsFromEnv, schemasOf } from '@jobstream/database';
import { JobTypeReader } from '@jobstream/job-types';
import { ClockWatch, ProcessErrors } from '@jobstream/runtime';
import { processContext } from '@jobstream/testing';
import { z } from 'zod';
import type { ServedQueue } from './queue-worker.js';
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

const { health, metrics, logger, instance } = processContext({});
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
    drainMs: 10_000,
    logger,
    metrics,
    health,
    errors: new ProcessErrors(),
    fatal: (error) => {
      throw error;
    },
  });
}, 60_000);

afterAll(async () => {
  await worker.close();
  await stack.stop();
}, 60_000);

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
});
