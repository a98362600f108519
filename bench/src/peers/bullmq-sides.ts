import { Child } from '../child.js';
import type { Sample } from '../figure.js';
import { bulkBatches } from '../figures/bulk.js';
import { imagesOf, imageWorkers, measureImages, warmUpImages } from '../figures/images.js';
import { latencyJobs, latencySample, warmUpJobs } from '../figures/latency.js';
import { readJobs } from '../figures/reads.js';
import { HttpLoader, sampleOf, warmUpSeconds } from '../load/http-loader.js';
import type { BenchOptions } from '../options.js';
import { PhotographFolder } from '../photographs.js';
import { reached } from '../reached.js';
import type { Bullmq } from './bullmq.js';

/** BullMQ's part in a figure, ready to be measured. */
export interface PeerSide {
  measure(): Promise<Sample>;
  close(): Promise<void>;
}

/** By figure, how BullMQ does the same work: the same payload and result, results kept, the end state readable. */
export const bullmqSides: Readonly<
  Record<string, (bullmq: Bullmq, options: BenchOptions) => Promise<PeerSide>>
> = { drain, accept, flow, get, 'bulk-intake': bulkIntake, latency, images };

const batch = { size: 1_000, inFlight: 4 };

/** From the first end to the last one. */
async function drain(bullmq: Bullmq, { jobs }: BenchOptions): Promise<PeerSide> {
  const queue = bullmq.newQueue();
  const producer = await bullmq.startProducer(queue);
  const completed = () => producer.call<number>('completed');
  return {
    measure: async () => {
      await producer.call('clear');
      await producer.call('send', { ...batch, batches: Math.ceil(jobs / batch.size) });
      const starting = bullmq.startWorker(queue);
      await reached(1, completed);
      const began = performance.now();
      await reached(jobs, completed);
      const seconds = (performance.now() - began) / 1_000;
      await (await starting).stop();
      return { 'jobs/s': jobs / seconds, seconds };
    },
    close: () => producer.stop(),
  };
}

/** No worker runs, as on the platform's side. */
async function accept(bullmq: Bullmq, { seconds }: BenchOptions): Promise<PeerSide> {
  const { producer, loader, origin, close } = await startApi(bullmq);
  await loader.submit(origin, warmUpSeconds.other);
  return {
    measure: async () => {
      await producer.call('clear');
      return sampleOf(await loader.submit(origin, seconds));
    },
    close,
  };
}

async function flow(bullmq: Bullmq, { seconds }: BenchOptions): Promise<PeerSide> {
  const { queue, producer, loader, origin, close } = await startApi(bullmq);
  const worker = await bullmq.startWorker(queue);
  const run = async (lasting: number): Promise<Sample> => {
    const before = await producer.call<number>('completed');
    const began = performance.now();
    const { answers, p50, p99 } = await loader.submit(origin, lasting);
    await reached(before + answers, () => producer.call<number>('completed'));
    return { 'jobs/s': answers / ((performance.now() - began) / 1_000), 'p50 ms': p50, 'p99 ms': p99 };
  };
  await run(warmUpSeconds.other);
  return {
    measure: () => run(seconds),
    close: async () => {
      await worker.stop();
      await close();
    },
  };
}

async function get(bullmq: Bullmq, { seconds }: BenchOptions): Promise<PeerSide> {
  const { queue, producer, loader, origin, close } = await startApi(bullmq);
  const worker = await bullmq.startWorker(queue);
  await producer.call('send', { ...batch, batches: readJobs / batch.size });
  await reached(readJobs, () => producer.call<number>('completed'));
  await worker.stop();
  const ids = await producer.call<string[]>('someCompleted', readJobs);
  const read = (lasting: number) =>
    loader.read(
      origin,
      ids.map((id) => `/v1/jobs/${id}`),
      lasting,
    );
  await read(warmUpSeconds.other);
  return { measure: async () => sampleOf(await read(seconds)), close };
}

async function bulkIntake(bullmq: Bullmq, { jobs }: BenchOptions): Promise<PeerSide> {
  const producer = await bullmq.startProducer(bullmq.newQueue());
  const batches = bulkBatches(jobs);
  const send = (count: number) => producer.call<number>('send', { ...batch, batches: count });
  await send(Math.ceil(batches / 10));
  return {
    measure: async () => {
      await producer.call('clear');
      return { 'jobs/s': (batches * batch.size) / (await send(batches)) };
    },
    close: () => producer.stop(),
  };
}

/** By the same requests as the platform's. */
async function latency(bullmq: Bullmq): Promise<PeerSide> {
  const { queue, origin, close } = await startApi(bullmq);
  const worker = await bullmq.startWorker(queue);
  const client = Child.start('load/latency-client.js');
  const send = (jobs: number) => client.call<number[]>('send', { url: origin, jobs });
  await send(warmUpJobs);
  return {
    measure: async () => latencySample(await send(latencyJobs)),
    close: async () => {
      await Promise.all([client.stop(), worker.stop()]);
      await close();
    },
  };
}

/** The same photographs, rendered by sharp in the worker itself; the thumbnails go to a folder. */
async function images(bullmq: Bullmq, options: BenchOptions): Promise<PeerSide> {
  const folder = await PhotographFolder.make();
  const queue = bullmq.newQueue();
  const producer = await bullmq.startProducer(queue);
  const workers = await Promise.all(
    Array.from({ length: imageWorkers }, () => bullmq.startImageWorker(queue)),
  );
  const run = async (count: number): Promise<void> => {
    const before = await producer.call<number>('completed');
    await producer.call(
      'add',
      Array.from({ length: count }, (_, index) => folder.pathsOf(index)),
    );
    await reached(before + count, () => producer.call<number>('completed'));
  };
  await run(warmUpImages);
  return {
    measure: () => measureImages(imagesOf(options), () => run(imagesOf(options))),
    close: async () => {
      await Promise.all([producer.stop(), ...workers.map((worker) => worker.stop())]);
      await folder.remove();
    },
  };
}

async function startApi(bullmq: Bullmq) {
  const queue = bullmq.newQueue();
  const { api, origin } = await bullmq.startApi(queue);
  const producer = await bullmq.startProducer(queue);
  const loader = new HttpLoader();
  const close = async (): Promise<void> => {
    await Promise.all([loader.stop(), producer.stop(), api.stop()]);
  };
  return { queue, producer, loader, origin, close };
}
