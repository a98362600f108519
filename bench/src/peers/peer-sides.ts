import { Child } from '../child.js';
import { CpuMeter, type MeteredProcess } from '../cpu-meter.js';
import type { Sample } from '../figure.js';
import { bulkBatches } from '../figures/bulk.js';
import { imagesOf, imageWorkers, measureImages, warmUpImages } from '../figures/images.js';
import { latencyJobs, latencySample, warmUpJobs } from '../figures/latency.js';
import { readJobs } from '../figures/reads.js';
import { HttpLoader, sampleOf, warmUpSeconds } from '../load/http-loader.js';
import type { BenchOptions } from '../options.js';
import { PhotographFolder } from '../photographs.js';
import { reached } from '../reached.js';
import type { Peer, PeerPart } from './peer.js';

/** A peer's part in a figure, ready to be measured. */
export interface PeerSide {
  measure(): Promise<Sample>;
  close(): Promise<void>;
}

/** How a peer does the work of a figure, and the program that it needs for that. */
interface PeerWork {
  readonly needs: PeerPart;
  prepare(peer: Peer, options: BenchOptions): Promise<PeerSide>;
}

/** By figure; what comes first is best. */
const works: Readonly<Record<string, readonly PeerWork[]>> = {
  drain: [{ needs: 'worker', prepare: drain }],
  'bulk-intake': [{ needs: 'producer', prepare: bulkIntake }],
  accept: [{ needs: 'api', prepare: accept }],
  flow: [{ needs: 'api', prepare: flow }],
  get: [{ needs: 'api', prepare: get }],
  latency: [
    { needs: 'api', prepare: latency },
    { needs: 'worker', prepare: latencyWithoutApi },
  ],
  images: [{ needs: 'image-worker', prepare: images }],
};

/** A peer's part in a figure, ready to be measured. Undefined where it can not do the same. */
export async function preparePeer(
  figure: string,
  peer: Peer,
  options: BenchOptions,
): Promise<PeerSide | undefined> {
  return works[figure]?.find(({ needs }) => peer.has(needs))?.prepare(peer, options);
}

const batch = { size: 1_000, inFlight: 4 };

/** From the first end that is seen to the last one. */
async function drain(peer: Peer, options: BenchOptions): Promise<PeerSide> {
  const jobs = peer.shareOf(options.jobs, batch.size);
  const queue = peer.newQueue();
  const { child: producer } = await peer.start('producer', queue);
  const completed = () => producer.call<number>('completed');
  return {
    measure: async () => {
      await producer.call('clear');
      await producer.call('send', { ...batch, batches: jobs / batch.size });
      const { child: worker } = await peer.start('worker', queue);
      try {
        const first = await reached(1, completed, peer.lookMs);
        const began = performance.now();
        const meter = new CpuMeter([{ name: 'worker', pid: worker.pid }, ...peer.broker]);
        await reached(jobs, completed, peer.lookMs);
        const seconds = (performance.now() - began) / 1_000;
        return { 'jobs/s': (jobs - first) / seconds, seconds, ...meter.perJob(jobs - first) };
      } finally {
        await worker.stop();
      }
    },
    close: () => producer.stop(),
  };
}

/** No worker runs, as on the platform's side. */
async function accept(peer: Peer, { seconds }: BenchOptions): Promise<PeerSide> {
  const { producer, loader, origin, metered, close } = await startApi(peer);
  await loader.submit(origin, warmUpSeconds.other);
  return {
    measure: async () => {
      await producer.call('clear');
      const meter = new CpuMeter(metered);
      const found = await loader.submit(origin, seconds);
      return { ...sampleOf(found), ...meter.perJob(found.answers) };
    },
    close,
  };
}

async function flow(peer: Peer, { seconds }: BenchOptions): Promise<PeerSide> {
  const { queue, producer, loader, origin, metered, close } = await startApi(peer);
  const { child: worker } = await peer.start('worker', queue);
  const completed = () => producer.call<number>('completed');
  const run = async (lasting: number): Promise<Sample> => {
    const before = await completed();
    const began = performance.now();
    const meter = new CpuMeter([...metered, { name: 'worker', pid: worker.pid }]);
    const { answers, p50, p99 } = await loader.submit(origin, lasting);
    await reached(before + answers, completed, peer.lookMs);
    const took = (performance.now() - began) / 1_000;
    return { 'jobs/s': answers / took, 'p50 ms': p50, 'p99 ms': p99, ...meter.perJob(answers) };
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

async function get(peer: Peer, { seconds }: BenchOptions): Promise<PeerSide> {
  const { queue, producer, loader, origin, close } = await startApi(peer);
  const { child: worker } = await peer.start('worker', queue);
  await producer.call('send', { ...batch, batches: readJobs / batch.size });
  await reached(readJobs, () => producer.call<number>('completed'), peer.lookMs);
  await worker.stop();
  const ids = await producer.call<string[]>('someCompleted', readJobs);
  const paths = ids.map((id) => `/v1/jobs/${id}`);
  const read = (lasting: number) => loader.read(origin, paths, lasting);
  await read(warmUpSeconds.other);
  return { measure: async () => sampleOf(await read(seconds)), close };
}

async function bulkIntake(peer: Peer, { jobs }: BenchOptions): Promise<PeerSide> {
  const { child: producer } = await peer.start('producer', peer.newQueue());
  const batches = bulkBatches(peer.shareOf(jobs, batch.size));
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
async function latency(peer: Peer): Promise<PeerSide> {
  const { queue, origin, close } = await startApi(peer);
  const { child: worker } = await peer.start('worker', queue);
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

async function latencyWithoutApi(peer: Peer): Promise<PeerSide> {
  const queue = peer.newQueue();
  const [{ child: producer }, { child: worker }] = await Promise.all([
    peer.start('producer', queue),
    peer.start('worker', queue),
  ]);
  const send = (jobs: number) => producer.call<number[]>('sendOneByOne', { jobs });
  await send(warmUpJobs);
  return {
    measure: async () => latencySample(await send(latencyJobs)),
    close: async () => {
      await Promise.all([producer.stop(), worker.stop()]);
    },
  };
}

/** The same photographs, rendered by sharp in the worker itself; the thumbnails go to a folder. */
async function images(peer: Peer, options: BenchOptions): Promise<PeerSide> {
  const folder = await PhotographFolder.make();
  const queue = peer.newQueue();
  const { child: producer } = await peer.start('producer', queue);
  const workers = await Promise.all(
    Array.from({ length: imageWorkers }, () => peer.start('image-worker', queue)),
  );
  const completed = () => producer.call<number>('completed');
  const run = async (count: number): Promise<void> => {
    const before = await completed();
    const paths = Array.from({ length: count }, (_, index) => folder.pathsOf(index));
    await producer.call('add', paths);
    await reached(before + count, completed, peer.lookMs);
  };
  await run(warmUpImages);
  return {
    measure: () => measureImages(imagesOf(options), () => run(imagesOf(options))),
    close: async () => {
      await Promise.all([producer.stop(), ...workers.map(({ child }) => child.stop())]);
      await folder.remove();
    },
  };
}

async function startApi(peer: Peer) {
  const queue = peer.newQueue();
  const { child: api, started: origin } = await peer.start('api', queue);
  const { child: producer } = await peer.start('producer', queue);
  const loader = new HttpLoader();
  const metered: MeteredProcess[] = [{ name: 'api', pid: api.pid }, ...peer.broker];
  const close = async (): Promise<void> => {
    await Promise.all([loader.stop(), producer.stop(), api.stop()]);
  };
  return { queue, producer, loader, origin, metered, close };
}
