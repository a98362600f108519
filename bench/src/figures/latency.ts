import { Child } from '../child.js';
import type { Figure, Sample } from '../figure.js';
import { percentile } from '../statistics.js';

const jobs = 500;
/** Until then what is measured is the compilers of Node and Java. */
const warmUp = 1_500;

/** One job at a time, from its submission to its end seen by `wait`. */
export const latency: Figure = {
  name: 'latency',
  title: `one job at a time, submit until seen final by wait, ${jobs} times; bare: kafkajs to a worker and back, no HTTP`,
  targets: [
    { of: 'value', measure: 'p50 ms', atMost: 5 },
    { of: 'value', measure: 'p99 ms', atMost: 20 },
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
      describe(await client.call<number[]>('send', { url, jobs: count }));
    const byKafkajs = async (count: number) =>
      describe(await bareClient.call<number[]>('send', { topic, jobs: count }));
    await byPlatform(warmUp);
    await byKafkajs(warmUp);
    return {
      platform: () => stand.measure(platform.processes, () => byPlatform(jobs)),
      bare: () => byKafkajs(jobs),
      close: async () => {
        await Promise.all([client.stop(), bareClient.stop(), bareWorker.stop(), platform.stop()]);
      },
    };
  },
};

function describe(took: readonly number[]): Sample {
  return {
    'p50 ms': percentile(took, 0.5),
    'p99 ms': percentile(took, 0.99),
    'longest ms': Math.max(...took),
  };
}
