import type { Figure, Sample } from '../figure.js';
import { connections, HttpLoader, warmUpSeconds } from '../load/http-loader.js';
import { reached } from '../reached.js';

/** Single submissions by REST while one worker works them off, until the last end can be read. */
export const flow: Figure = {
  name: 'flow',
  title: `POST /v1/jobs from ${connections} connections while one worker works them off, until the last end is readable`,
  targets: [
    { of: 'bullmq', measure: 'jobs/s', atLeast: 1.2 },
    { of: 'bullmq', measure: 'p99 ms', atMost: 1 },
  ],
  async prepare(stand, { seconds }) {
    const platform = await stand.startPlatform({ api: 1, projector: 1, 'probe-worker': 1 });
    const loader = new HttpLoader();
    const { namespace, topics } = platform;
    const projected = () => stand.projectedOf(namespace, topics.events);
    const run = async (lasting: number): Promise<Sample> => {
      const before = await projected();
      const began = performance.now();
      const meter = stand.meterCpu(platform.processes);
      const { answers, p50, p99 } = await loader.submit(platform.one('api').url, lasting);
      await reached(before + answers, projected);
      const took = (performance.now() - began) / 1_000;
      return { 'jobs/s': answers / took, 'p50 ms': p50, 'p99 ms': p99, ...meter.perJob(answers) };
    };
    await run(warmUpSeconds.platform);
    return {
      platform: () => stand.measure(platform.processes, () => run(seconds)),
      rivals: {},
      close: async () => {
        await Promise.all([loader.stop(), platform.stop()]);
      },
    };
  },
};
