import { Child } from '../child.js';
import type { Figure, Sample } from '../figure.js';
import { percentile } from '../statistics.js';

/** Jobs of one measurement. */
export const latencyJobs = 500;
/** Until then what is measured is the compilers of Node and Java. */
export const warmUpJobs = 1_500;

/** One job at a time, from its submission to its end seen by `wait`. */
export const latency: Figure = {
  name: 'latency',
  title: `one job at a time, submit until seen final by wait, ${latencyJobs} times; bare: kafkajs to a worker and back, no HTTP`,
  targets: [
    { of: 'bare', measure: 'p50 ms', atMost: 1.3 },
    { of: 'value', measure: 'p99 ms', atMost: 5 },
  ],
  async prepare(stand) {
    const platform = await stand.startPlatform({ api: 1, projector: 1, 'probe-worker': 1 });
    const client = Child.start('load/latency-client.js');
    const [bareWorker, bareClient] = [
      Child.start('bare/drain-worker.js'),
      Child.start('bare/latency-client.js'),
    ];
    const topics = await stand.makeBareTopics();
    const [topic, { events }, { brokers }] = [topics.requests('probe'), topics, stand];
    await Promise.all([
      bareWorker.call('start', { brokers, requests: topic, events, groupId: topics.group('probe') }),
      bareClient.call('start', { brokers, events, groupId: topics.group('client') }),
    ]);
    const { url } = platform.one('api');
    const byPlatform = async (count: number) =>
      latencySample(await client.call<number[]>('send', { url, jobs: count }));
    const byKafkajs = async (count: number) =>
      latencySample(await bareClient.call<number[]>('send', { topic, jobs: count }));
    await byPlatform(warmUpJobs);
    await byKafkajs(warmUpJobs);
    return {
      platform: () => stand.measure(platform.processes, () => byPlatform(latencyJobs)),
      rivals: { bare: () => byKafkajs(latencyJobs) },
      close: async () => {
        await Promise.all([client.stop(), bareClient.stop(), bareWorker.stop(), platform.stop()]);
      },
    };
  },
};

/** Times of jobs in ms, as a sample. */
export function latencySample(took: readonly number[]): Sample {
  return {
    'p50 ms': percentile(took, 0.5),
    'p99 ms': percentile(took, 0.99),
    'longest ms': Math.max(...took),
  };
}
