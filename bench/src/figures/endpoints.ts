import { newJobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import { Child } from '../child.js';
import type { Figure, Sample } from '../figure.js';
import { reached } from '../reached.js';

const type = 'bench.endpoint';
const queue = 'http-bench';
const inFlight = 100;
/** Of the jobs of a drain: a call takes longer than a handler that does nothing. */
const share = 0.1;

const requestOf = () => ({
  v: 1 as const,
  id: newJobId(),
  type,
  queue,
  payload: { number: 7 },
  priority: 'normal' as const,
  maxAttempts: 1,
});

/** Waiting jobs of an endpoint that does nothing, until each end is in the log; one http-worker. */
export const endpoints: Figure = {
  name: 'endpoints',
  title: 'jobs of an HTTP endpoint that does nothing, beside a loop over undici with as many in flight',
  targets: [{ of: 'bare', measure: 'jobs/s', atLeast: 1 / 1.5 }],
  async prepare(stand, { jobs }) {
    const count = Math.max(1_000, Math.round(jobs * share));
    const server = Child.start('bare/endpoint-server.js');
    const loop = Child.start('bare/endpoint-loop.js');
    const host = `127.0.0.1:${await server.call<number>('listen')}`;
    const platform = await stand.startPlatform(
      { api: 1, projector: 1 },
      { ENDPOINT_ALLOW: host, CONCURRENCY: String(inFlight) },
    );
    const close = async () => {
      await Promise.all([platform.stop(), loop.stop()]);
      await server.stop();
    };
    const { status, body: answer } = await platform.api.request('PUT', `/v1/job-types/${type}`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        endpoint: { url: `http://${host}/`, maxInFlight: inFlight },
        queue: { name: queue },
        payload: { type: 'object' },
      }),
    });
    if (status !== 200) {
      await close();
      throw new Error(`The type was not taken: ${status} ${JSON.stringify(answer)}`);
    }
    // What is measured is the way from the log to the endpoint and back.
    await platform.one('projector').stop();
    await stand.admin.ensureTopics([{ name: platform.topics.requests(queue), partitions: 6 }]);
    return {
      platform: async () => {
        const requests = platform.topics.requests(queue);
        const { events } = platform.topics;
        await stand.fill(count, () => ({ topic: requests, ...recordOf() }));
        const before = await stand.endOf(events);
        const starting = platform.launch('http-worker');
        await reached(before + 1, () => stand.endOf(events));
        const began = performance.now();
        const worker = await starting;
        try {
          await stand.measure([worker], () => reached(before + count, () => stand.endOf(events)));
          return sampleOf(count, (performance.now() - began) / 1_000);
        } finally {
          await worker.stop();
        }
      },
      rivals: {
        bare: async () => {
          const body = JSON.stringify(requestOf());
          return sampleOf(
            count,
            await loop.call<number>('run', { url: `http://${host}/`, body, count, inFlight }),
          );
        },
      },
      close,
    };
  },
};

function recordOf() {
  return encodeRecord({ run: 1, attempt: 1, createdAt: Date.now(), phase: 'queued', value: requestOf() });
}

function sampleOf(count: number, seconds: number): Sample {
  return { 'jobs/s': count / seconds, seconds };
}
