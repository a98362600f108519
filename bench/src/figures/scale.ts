import type { Platform } from '@jobstream/testing';
import type { Figure } from '../figure.js';
import { probeRecord } from '../job-records.js';
import { reached } from '../reached.js';
import type { Stand } from '../stand.js';

const counts = [1, 2, 4] as const;
const slots = 20;
const sleepMs = 50;
/** So many seconds of work for each worker. */
const seconds = 8;
const jobsOfEach = (seconds * 1_000 * slots) / sleepMs;
/** Once these have ended, the members of the group share its partitions as they will. */
const warmUp = 1_200;

/** Jobs that mostly wait, worked off by more and more workers: what is added must work as much as what was there. */
export const scale: Figure = {
  name: 'scale',
  title: `jobs that sleep ${sleepMs} ms, worked off by 1, 2 and 4 workers of ${slots} slots and 12 partitions`,
  targets: [
    { of: 'value', measure: '2 by 1', atLeast: 1.8 },
    { of: 'value', measure: '4 by 1', atLeast: 3.6 },
  ],
  async prepare(stand) {
    const platform = await stand.startPlatform(
      { projector: 1, 'probe-worker': 1 },
      { CONCURRENCY: String(slots), JOBSTREAM_TOPIC_SIZE: 'standard' },
    );
    await platform.one('probe-worker').stop();
    return {
      platform: async () => {
        const rates: number[] = [];
        try {
          for (const count of counts) {
            while (platform.all('probe-worker').length < count) await platform.launch('probe-worker');
            await workOff(stand, platform, warmUp, 0);
            rates.push(await workOff(stand, platform, jobsOfEach * count, sleepMs));
          }
        } finally {
          await Promise.all(platform.all('probe-worker').map((worker) => worker.stop()));
        }
        const [one, two, four] = rates as [number, number, number];
        return { 'jobs/s of 1': one, 'jobs/s of 4': four, '2 by 1': two / one, '4 by 1': four / one };
      },
      rivals: {},
      close: () => platform.stop(),
    };
  },
};

/** @returns jobs a second, from the first record until the last end is in the log */
async function workOff(stand: Stand, { topics }: Platform, jobs: number, ms: number): Promise<number> {
  const topic = topics.requests('probe');
  const goal = (await stand.endOf(topics.events)) + jobs;
  const began = performance.now();
  await stand.fill(jobs, () => ({ topic, ...probeRecord({ sleepMs: ms }) }));
  await reached(goal, () => stand.endOf(topics.events));
  return (jobs * 1_000) / (performance.now() - began);
}
