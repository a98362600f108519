import { Child } from '../child.js';
import type { Contest, Figure } from '../figure.js';
import type { BenchOptions } from '../options.js';
import type { Stand } from '../stand.js';

/** Batches of so many jobs in all. */
export const bulkBatches = (jobs: number): number => Math.ceil(jobs / size);

const size = 1_000;
const inFlight = 4;
const how = `in batches of ${size}, ${inFlight} at a time; bare: kafkajs sends the same records, ready made`;

/** Batches by REST. */
export const bulkRest: Figure = {
  name: 'bulk-rest',
  title: `POST /v1/jobs/batch, ${how}`,
  targets: [{ of: 'bare', measure: 'jobs/s', atLeast: 0.8 }],
  async prepare(stand, options) {
    const platform = await stand.startPlatform({ api: 1 });
    const api = platform.one('api');
    return contestOf(stand, options, {
      load: Child.start('load/bulk-http.js'),
      input: { url: `${api.url}/v1/jobs/batch` },
      measure: (send) => stand.measure([api], send),
      close: () => platform.stop(),
    });
  },
};

/** Batches by intake, without HTTP. */
export const bulkIntake: Figure = {
  name: 'bulk-intake',
  title: `JobIntake.submitBatch in one process, ${how}`,
  targets: [
    { of: 'bare', measure: 'jobs/s', atLeast: 0.8 },
    { of: 'bullmq', measure: 'jobs/s', atLeast: 2 },
  ],
  async prepare(stand, options) {
    const { namespace, clock } = await stand.makeBareTopics();
    // Intake dates jobs by the broker's time, which it asks for there.
    await stand.admin.ensureTopics([{ name: clock, partitions: 1 }]);
    return contestOf(stand, options, {
      load: Child.start('load/bulk-intake.js'),
      input: { namespace },
      measure: (send) => send(),
      close: async () => undefined,
    });
  },
};

async function contestOf(
  stand: Stand,
  { jobs }: BenchOptions,
  side: {
    load: Child;
    input: object;
    measure(send: () => Promise<number>): Promise<number>;
    close(): Promise<void>;
  },
): Promise<Contest> {
  const topic = (await stand.makeBareTopics()).requests('probe');
  const batches = bulkBatches(jobs);
  const producer = Child.start('bare/bulk-producer.js');
  await producer.call('start', stand.brokers);
  const byPlatform = (count: number) =>
    side.load.call<number>('send', { ...side.input, batches: count, size, inFlight });
  const byKafkajs = (count: number) =>
    producer.call<number>('send', { topic, batches: count, size, inFlight });
  const warmUp = Math.ceil(batches / 10);
  await byPlatform(warmUp);
  await byKafkajs(warmUp);
  const rate = (seconds: number) => ({ 'jobs/s': (batches * size) / seconds });
  return {
    platform: async () => rate(await side.measure(() => byPlatform(batches))),
    rivals: { bare: async () => rate(await byKafkajs(batches)) },
    close: async () => {
      await Promise.all([side.load.stop(), producer.stop(), side.close()]);
    },
  };
}
