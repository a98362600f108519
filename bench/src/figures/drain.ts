import type { Topics } from '@jobstream/contracts';
import { schemasOf } from '@jobstream/database';
import type { ServiceProcess } from '@jobstream/testing';
import { Child } from '../child.js';
import type { MeteredProcess } from '../cpu-meter.js';
import type { Figure, Sample } from '../figure.js';
import { probeRecord } from '../job-records.js';
import { reached } from '../reached.js';
import type { Stand } from '../stand.js';

/** One side of the drain: its topics, rows beside them, and a worker that is started when the jobs wait. */
export interface DrainSide {
  readonly topics: Topics;
  startWorker(): Promise<Working>;
  /** Those that live now, the broker and the database apart. */
  processes(): readonly MeteredProcess[];
}

/** A worker that works. */
export interface Working {
  /** The platform's processes that do the work. */
  readonly processes: readonly ServiceProcess[];
  stop(): Promise<unknown>;
}

/** Waiting jobs that do nothing, until each final state can be read in Postgres; one worker, one projector. */
export const drain: Figure = {
  name: 'drain',
  title: 'drain of waiting jobs that do nothing, until every final state is readable in Postgres',
  targets: [
    { of: 'bare', measure: 'jobs/s', atLeast: 0.7 },
    { of: 'bullmq', measure: 'jobs/s', atLeast: 1.5 },
  ],
  async prepare(stand, { jobs }) {
    const platform = await stand.startPlatform({ projector: 1 });
    const bare = await startBareProjector(stand);
    return {
      platform: () =>
        drainOnce(stand, jobs, {
          topics: platform.topics,
          startWorker: async () => {
            const worker = await platform.launch('probe-worker');
            return { processes: [worker, platform.one('projector')], stop: () => worker.stop() };
          },
          processes: () => platform.processes.filter(({ alive }) => alive),
        }),
      rivals: { bare: () => drainOnce(stand, jobs, bare) },
      close: async () => {
        await Promise.all([platform.stop(), bare.stop()]);
      },
    };
  },
};

async function startBareProjector(stand: Stand): Promise<DrainSide & { stop(): Promise<void> }> {
  const topics = await stand.makeBareTopics();
  const { brokers, databaseUrl } = stand;
  const names = { brokers, requests: topics.requests('probe'), events: topics.events };
  const projector = Child.start('bare/drain-projector.js');
  await projector.call('start', {
    ...names,
    databaseUrl,
    groupId: topics.serviceGroup('projector'),
    schema: schemasOf(topics.namespace).projection,
  });
  const worker: { child?: Child } = {};
  return {
    topics,
    startWorker: async () => {
      const child = (worker.child = Child.start('bare/drain-worker.js'));
      await child.call('start', { ...names, groupId: topics.group('probe') });
      return { processes: [], stop: () => child.stop() };
    },
    processes: () => [
      { name: 'projector', pid: projector.pid },
      { name: 'worker', pid: worker.child!.pid },
    ],
    stop: () => projector.stop(),
  };
}

/** From the first event in the log to the last row. */
export async function drainOnce(
  stand: Stand,
  jobs: number,
  { topics, startWorker, processes }: DrainSide,
): Promise<Sample> {
  const { namespace, events } = topics;
  const requests = topics.requests('probe');
  await stand.fill(jobs, () => ({ topic: requests, ...probeRecord() }));
  await reached(await stand.endOf(requests), () => stand.projectedOf(namespace, requests));
  const eventsBefore = await stand.endOf(events);
  const firstEnd = reached(eventsBefore + 1, () => stand.endOf(events)).then(() => ({
    began: performance.now(),
    meter: stand.meterCpu(processes()),
  }));
  const [{ began, meter }, working] = await Promise.all([firstEnd, startWorker()]);
  let seconds: number;
  let cpu: Sample;
  try {
    await stand.measure(working.processes, () =>
      reached(eventsBefore + jobs, () => stand.projectedOf(namespace, events)),
    );
    seconds = (performance.now() - began) / 1_000;
    cpu = meter.perJob(jobs);
  } finally {
    await working.stop();
  }
  await checkFinals(stand, namespace);
  return { 'jobs/s': jobs / seconds, seconds, ...cpu };
}

async function checkFinals(stand: Stand, namespace: string): Promise<void> {
  const { rows } = await stand.database.query<{ open: string }>(
    `SELECT count(*) AS open FROM ${schemasOf(namespace).projection}.jobs WHERE state <> 'succeeded'`,
  );
  if (rows[0]!.open !== '0') throw new Error(`${rows[0]!.open} jobs have not succeeded.`);
}
