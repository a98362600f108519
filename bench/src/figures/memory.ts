import { setTimeout as sleep } from 'node:timers/promises';
import type { Figure } from '../figure.js';
import { probeRecord } from '../job-records.js';
import { reached } from '../reached.js';
import { mostMemory, residentMemory } from '../resident-memory.js';

const restMs = 3_000;

/** Resident memory of each process, as its own metrics tell it. */
export const memory: Figure = {
  name: 'memory',
  title: 'resident memory of each process, at rest and the most while it drains',
  targets: [],
  async prepare(stand, { jobs }) {
    const services = { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 };
    const platform = await stand.startPlatform(services);
    return {
      platform: async () => {
        const { events } = platform.topics;
        await sleep(restMs);
        const atRest = await residentMemory(platform);
        const goal = (await stand.projectedOf(platform.namespace, events)) + jobs;
        const { most } = await mostMemory(platform, async () => {
          const topic = platform.topics.requests('probe');
          await stand.fill(jobs, () => ({ topic, ...probeRecord() }));
          await reached(goal, () => stand.projectedOf(platform.namespace, events));
        });
        return {
          ...inMebibytes('MiB at rest', atRest),
          ...inMebibytes('MiB draining', most),
        };
      },
      rivals: {},
      close: () => platform.stop(),
    };
  },
};

/** Bytes by process as measures of so many MiB. */
export function inMebibytes(what: string, bytesOf: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...bytesOf].map(([name, bytes]) => [`${what} of ${name}`, bytes / 2 ** 20]));
}
