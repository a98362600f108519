import type { Topics } from '@jobstream/contracts';
import { readTopics, type ServiceProcess } from '@jobstream/testing';
import kafkajs from 'kafkajs';
import { Child } from '../child.js';
import type { Figure, Sample } from '../figure.js';
import { idealMs } from '../ideal-schedule.js';
import { probeRecord } from '../job-records.js';
import { reached } from '../reached.js';
import type { Stand } from '../stand.js';

const slots = 100;
const warmUp = 30_000;
const keys = keysOfOnePartition(1_000);
/** 0 to 5 ms, each as often as the others, in an order that looks like none. */
const jobs = Array.from({ length: 10_000 }, (_, index) => ({
  ms: ((index * 7_919) % 9_973) % 6,
  key: keys[index % keys.length]!,
}));

/** Jobs of many keys in one partition: that it is one must not bound how many run at a time. */
export const onePartition: Figure = {
  name: 'one-partition',
  title:
    `${jobs.length} jobs of 0 to 5 ms and ${keys.length} keys in one partition, ${slots} in flight; ` +
    'bare: kafkajs and timers, keys in no order',
  targets: [{ of: 'bare', measure: 'ms', atMost: 1.5 }],
  async prepare(stand) {
    const platform = await stand.startPlatform({ 'probe-worker': 1 }, { CONCURRENCY: String(slots) });
    await platform.one('probe-worker').stop();
    const topics = await stand.makeBareTopics();
    const ideal = idealMs(jobs, slots);
    return {
      platform: () =>
        workOff(stand, platform.topics, ideal, async () => {
          const worker = await platform.launch('probe-worker');
          return { processes: [worker], stop: () => worker.stop() };
        }),
      rivals: {
        bare: () =>
          workOff(stand, topics, ideal, async () => {
            const worker = Child.start('bare/pool-worker.js');
            await worker.call('start', {
              brokers: stand.brokers,
              requests: topics.requests('probe'),
              events: topics.events,
              groupId: topics.group('probe'),
              slots,
            });
            return { processes: [], stop: () => worker.stop() };
          }),
      },
      close: () => platform.stop(),
    };
  },
};

/**
 * From the first event of the jobs to their last, by the broker's clock. Others that do nothing go before them: until then
 * what is measured is the compiler.
 */
async function workOff(
  stand: Stand,
  topics: Topics,
  ideal: number,
  startWorker: () => Promise<{ processes: ServiceProcess[]; stop(): Promise<unknown> }>,
): Promise<Sample> {
  const topic = topics.requests('probe');
  const measured = new Set<string>();
  await stand.fill(warmUp + jobs.length, (index) => {
    if (index < warmUp) return { topic, ...probeRecord({ orderingKey: keys[index % keys.length]! }) };
    const { ms, key } = jobs[index - warmUp]!;
    const record = probeRecord({ sleepMs: ms, orderingKey: key });
    measured.add(idOf(record.value));
    return { topic, ...record };
  });
  const goal = (await stand.endOf(topics.events)) + warmUp + jobs.length;
  const { processes, stop } = await startWorker();
  await stand.measure(processes, () => reached(goal, () => stand.endOf(topics.events)));
  await stop();
  const times = (await readTopics([topics.events]))
    .filter(({ value }) => measured.has(idOf(value!.toString())))
    .map(({ timestamp }) => timestamp);
  return { ms: Math.max(...times) - Math.min(...times), 'ideal ms': ideal };
}

function idOf(value: string): string {
  return (JSON.parse(value) as { id: string }).id;
}

/** Keys that Kafka's own hash puts into one of six partitions. */
function keysOfOnePartition(count: number): string[] {
  const partitionMetadata = Array.from({ length: 6 }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [],
    isr: [],
  }));
  const partitionOf = kafkajs.Partitioners.DefaultPartitioner();
  const found: string[] = [];
  for (let number = 0; found.length < count; number++) {
    const key = `customer-${number}`;
    if (partitionOf({ topic: '', partitionMetadata, message: { key, value: null } }) === 0) found.push(key);
  }
  return found;
}
