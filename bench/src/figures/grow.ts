import type { Platform } from '@jobstream/testing';
import type { Figure, Sample } from '../figure.js';
import { GrownRows } from '../grow/grown-rows.js';
import { grownReads, type GrownRead } from '../grow/grown-reads.js';
import { bytesPerJob, readKeptBytes } from '../grow/kept-bytes.js';
import { payloadRecord } from '../job-records.js';
import { reached } from '../reached.js';
import type { Stand } from '../stand.js';
import { percentile } from '../statistics.js';

/** Rows that there are first, and next; then comes the most that is asked for. */
const sizes = [10_000, 1_000_000];
/** Requests of one read: at most so many, and for so long. */
const maxRequests = 100;
const maxReadMs = 1_500;
const warmUpRequests = 3;
/** Jobs that are drained while the tables are that large, at most. */
const maxDrained = 20_000;

/** What the platform costs while its tables grow: reads, projection, disk. */
export const grow: Figure = {
  name: 'grow',
  title: 'reads, processor time of the projection and bytes a job while the tables grow',
  targets: [
    { of: 'value', measure: 'p99 ms of the slowest read', atMost: 50 },
    { of: 'value', measure: 'bytes a job in tables and indexes', atMost: 800 },
    { of: 'value', measure: 'bytes a job in the log', atMost: 500 },
  ],
  prepare: (stand, { rows, jobs }) =>
    Promise.resolve({
      platform: async () => {
        const platform = await stand.startPlatform({ api: 1, projector: 1 });
        try {
          return await growOnce(stand, platform, rows, Math.min(jobs, maxDrained));
        } finally {
          await platform.stop();
          await stand.dropRows(platform.namespace);
        }
      },
      rivals: {},
      close: () => Promise.resolve(),
    }),
};

/** Figures of the most rows, and those of fewer with their number before them. */
async function growOnce(stand: Stand, platform: Platform, most: number, jobs: number): Promise<Sample> {
  await platform.waitForTables();
  const grown = new GrownRows(stand.database, platform.namespace, most);
  const steps = [...sizes.filter((each) => each < most), most];
  const samples: Sample[] = [];
  for (const [nth, rows] of steps.entries()) {
    await grown.grow(steps[nth - 1] ?? 0, rows);
    const found = {
      ...(await drainOnce(stand, platform, jobs)),
      ...(await readAll(platform, grownReads(await grown.ids(rows)))),
    };
    const prefix = rows === most ? '' : `${rows.toLocaleString('en')} rows: `;
    samples.push(Object.fromEntries(Object.entries(found).map(([name, value]) => [prefix + name, value])));
  }
  return Object.assign({}, ...samples) as Sample;
}

/** Drains jobs into the tables: what it costs the projector and Postgres, and what is kept of each. */
async function drainOnce(stand: Stand, platform: Platform, jobs: number): Promise<Sample> {
  const { namespace, topics } = platform;
  const requests = topics.requests('probe');
  const before = await readKeptBytes(stand, namespace);
  const projected = await stand.projectedOf(namespace, topics.events);
  const meter = stand.meterCpu([{ name: 'projector', pid: platform.one('projector').pid }]);
  await stand.fill(jobs, () => ({ topic: requests, ...payloadRecord() }));
  await reached(await stand.endOf(requests), () => stand.projectedOf(namespace, requests));
  const worker = await platform.launch('probe-worker');
  await reached(projected + jobs, () => stand.projectedOf(namespace, topics.events));
  const processorTime = meter.perJob(jobs);
  await worker.stop();
  return {
    ...processorTime,
    ...bytesPerJob(before, await readKeptBytes(stand, namespace), jobs),
  };
}

/** One request at a time: what is measured is how long a read takes, not how many share a processor. */
async function readAll(platform: Platform, reads: readonly GrownRead[]): Promise<Sample> {
  const took = new Map<string, number[]>();
  for (const { name, path } of reads) took.set(name, await timesOf(`${platform.one('api').url}${path}`));
  const sampleOf = (what: string, share: number) =>
    Object.fromEntries([...took].map(([name, times]) => [`${what} ms ${name}`, percentile(times, share)]));
  const p99 = sampleOf('p99', 0.99);
  return { 'p99 ms of the slowest read': Math.max(...Object.values(p99)), ...p99, ...sampleOf('p50', 0.5) };
}

/** How long each of many requests took, in ms. */
async function timesOf(url: string): Promise<number[]> {
  for (let nth = 0; nth < warmUpRequests; nth += 1) await read(url);
  const took: number[] = [];
  const end = performance.now() + maxReadMs;
  while (took.length < maxRequests && performance.now() < end) {
    const began = performance.now();
    await read(url);
    took.push(performance.now() - began);
  }
  return took;
}

async function read(url: string): Promise<void> {
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
}
