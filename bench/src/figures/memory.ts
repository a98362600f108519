import { setTimeout as sleep } from 'node:timers/promises';
import type { Platform } from '@jobstream/testing';
import type { Figure } from '../figure.js';
import { probeRecord } from '../job-records.js';
import { reached } from '../reached.js';

const restMs = 3_000;
const everyMs = 250;

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
        const most = new Map(atRest);
        const goal = (await stand.projectedOf(platform.namespace, events)) + jobs;
        const done = new AbortController();
        const sampling = sampleMost(platform, most, done.signal);
        const topic = platform.topics.requests('probe');
        await stand.fill(jobs, () => ({ topic, ...probeRecord() }));
        await reached(goal, () => stand.projectedOf(platform.namespace, events));
        done.abort();
        await sampling;
        return Object.fromEntries([
          ...[...atRest].map(([name, bytes]) => [`MiB of ${name} at rest`, bytes / 2 ** 20]),
          ...[...most].map(([name, bytes]) => [`MiB of ${name} draining`, bytes / 2 ** 20]),
        ]) as Record<string, number>;
      },
      rivals: {},
      close: () => platform.stop(),
    };
  },
};

async function sampleMost(platform: Platform, most: Map<string, number>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const [name, bytes] of await residentMemory(platform))
      most.set(name, Math.max(bytes, most.get(name) ?? 0));
    await sleep(everyMs);
  }
}

async function residentMemory({ processes }: Platform): Promise<Map<string, number>> {
  return new Map(
    await Promise.all(
      processes.map(async ({ name, url }) => {
        const metrics = await (await fetch(`${url}/metrics`)).text();
        const found = /^process_resident_memory_bytes\S* (\S+)/m.exec(metrics);
        return [name, Number(found?.[1])] as const;
      }),
    ),
  );
}
