import { Child } from '../child.js';
import { CpuMeter } from '../cpu-meter.js';
import type { Figure } from '../figure.js';
import { connections, HttpLoader, sampleOf, warmUpSeconds } from '../load/http-loader.js';

/** Single submissions by REST, acknowledged by the broker before each answer. */
export const accept: Figure = {
  name: 'accept',
  title: `POST /v1/jobs from ${connections} connections; bare: Fastify alone, which parses and answers the same`,
  targets: [
    { of: 'bare', measure: 'requests/s', atLeast: 0.35 },
    { of: 'bullmq', measure: 'requests/s', atLeast: 1 },
    { of: 'bullmq', measure: 'p99 ms', atMost: 1 },
    { of: 'value', measure: 'p99 ms', atMost: 10 },
  ],
  async prepare(stand, { seconds }) {
    const platform = await stand.startPlatform({ api: 1 });
    const bare = Child.start('bare/http-server.js');
    const loader = new HttpLoader();
    const api = platform.one('api');
    const bareUrl = await bare.call<string>('start');
    await loader.submit(api.url, warmUpSeconds.platform);
    await loader.submit(bareUrl, warmUpSeconds.other);
    const submit = async (url: string, meter: CpuMeter) => {
      const found = await loader.submit(url, seconds);
      return { ...sampleOf(found), ...meter.perJob(found.answers) };
    };
    return {
      platform: () => stand.measure([api], () => submit(api.url, stand.meterCpu([api]))),
      rivals: { bare: () => submit(bareUrl, new CpuMeter([{ name: 'api', pid: bare.pid }])) },
      close: async () => {
        await Promise.all([loader.stop(), bare.stop(), platform.stop()]);
      },
    };
  },
};
