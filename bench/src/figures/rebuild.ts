import { setTimeout as sleep } from 'node:timers/promises';
import type { RebuildView } from '@jobstream/contracts/rest';
import type { Platform } from '@jobstream/testing';
import { Child } from '../child.js';
import type { Figure, Sample } from '../figure.js';
import { probeRecord } from '../job-records.js';
import { reached } from '../reached.js';
import { mostMemory } from '../resident-memory.js';
import { inMebibytes } from './memory.js';

const livePerSecond = 500;
const lookMs = 50;

/** The rows of all jobs are made again from the log, compared and swapped in: while nothing else happens, and under a live load. */
export const rebuild: Figure = {
  name: 'rebuild',
  title:
    'rebuild of the status of finished jobs by one projector: read, compare and swap, beside an idle live projection and under ' +
    `${livePerSecond} live jobs a second`,
  targets: [
    { of: 'value', measure: 'jobs/s', atLeast: 25_000 },
    { of: 'value', measure: 'jobs/s under load', atLeast: 8_000 },
  ],
  async prepare(stand, { jobs }) {
    const platform = await stand.startPlatform({ api: 1, projector: 1, 'probe-worker': 1 });
    const load = Child.start('load/steady-load.js');
    const close = async () => {
      await Promise.all([load.stop(), platform.stop()]);
    };
    try {
      const topic = platform.topics.requests('probe');
      await stand.fill(jobs, () => ({ topic, ...probeRecord() }));
      await reached(jobs, () => stand.projectedOf(platform.namespace, platform.topics.events));
    } catch (error) {
      await close();
      throw error;
    }
    return {
      platform: () =>
        stand.measure([platform.one('projector')], async () => {
          const { result: alone, most } = await mostMemory(platform, () => rebuildOnce(platform));
          await load.call('start', { url: platform.one('api').url, perSecond: livePerSecond });
          const underLoad = await rebuildOnce(platform).finally(() => load.call<number>('stop'));
          return {
            'jobs/s': alone['jobs/s'],
            'jobs/s read': alone['jobs/s read'],
            'jobs/s under load': underLoad['jobs/s'],
            ...inMebibytes('MiB at most', most),
          };
        }),
      rivals: {},
      close,
    };
  },
};

/** From its beginning to the swap. @throws when the rows differ, or it fails otherwise */
async function rebuildOnce({ api }: Platform): Promise<Sample & Record<'jobs/s' | 'jobs/s read', number>> {
  const { status, body: asked } = await api.post<RebuildView>('/v1/rebuilds', { keepOld: false });
  if (status !== 202) throw new Error(`The rebuild was not taken: ${status} ${JSON.stringify(asked)}`);
  const path = `/v1/rebuilds/${asked.id}`;
  let [view, readAt] = [asked, 0];
  while (view.finishedAt === null) {
    await sleep(lookMs);
    view = (await api.get<RebuildView>(path)).body;
    if (view.state !== 'reading' && view.state !== 'pending') readAt ||= Date.now();
  }
  if (view.state !== 'swapped')
    throw new Error(`The rebuild ended as ${view.state}: ${JSON.stringify(view)}`);
  const [began, ended] = [Date.parse(view.startedAt!), Date.parse(view.finishedAt)];
  const rate = (until: number) => view.compared / ((until - began) / 1_000);
  return { 'jobs/s': rate(ended), 'jobs/s read': rate(readAt) };
}
