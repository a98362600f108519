import { Child } from '../child.js';
import type { Figure, Sample } from '../figure.js';
import { probeSubmission } from '../job-records.js';
import type { LoadFound } from '../load/http-load.js';

const connections = 50;
/** Until then what is measured is the compilers of Node and Java; with the broker's, it takes longer. */
const warmUpSeconds = { platform: 20, bare: 5 };

/** Single submissions by REST, acknowledged by the broker before each answer. */
export const accept: Figure = {
  name: 'accept',
  title: `POST /v1/jobs from ${connections} connections; bare: Fastify alone, which parses and answers the same`,
  targets: [
    { of: 'ratio', measure: 'requests/s', atLeast: 0.35 },
    { of: 'value', measure: 'p99 ms', atMost: 10 },
  ],
  async prepare(stand, { seconds }) {
    const [platform, bare, load] = [
      await stand.startPlatform({ api: 1 }),
      Child.start('bare/http-server.js'),
      Child.start('load/http-load.js'),
    ];
    const api = platform.one('api');
    const bareUrl = await bare.call<string>('start');
    const send = async (origin: string, lasting: number): Promise<Sample> => {
      const found = await load.call<LoadFound>('send', {
        url: `${origin}/v1/jobs`,
        connections,
        seconds: lasting,
        body: JSON.stringify(probeSubmission),
      });
      if (found.failed > 0) throw new Error(`${found.failed} requests to ${origin} failed.`);
      return { 'requests/s': found.perSecond, 'p50 ms': found.p50, 'p99 ms': found.p99 };
    };
    await send(api.url, warmUpSeconds.platform);
    await send(bareUrl, warmUpSeconds.bare);
    return {
      platform: () => stand.measure([api], () => send(api.url, seconds)),
      bare: () => send(bareUrl, seconds),
      close: async () => {
        await Promise.all([load.stop(), bare.stop(), platform.stop()]);
      },
    };
  },
};
