import { setTimeout as sleep } from 'node:timers/promises';
import { ConsoleBrowser, type Slowness } from '@jobstream/testing';
import { readTimes, watchingScript, type PageTimes } from '../console/page-times.js';
import type { Figure, Sample } from '../figure.js';
import { GrownRows } from '../grow/grown-rows.js';
import { median } from '../statistics.js';

/** Loads of each page, with a cold cache. */
const loads = 7;
const slowness: Slowness = { processor: 4, latencyMs: 40, megabitsPerSecond: 10 };
/** The first reading after a start waits for what is read once. */
const warmUpMs = 3_000;

interface OpenedPage {
  readonly path: string;
  /** What the page is opened for. */
  readonly rows: string;
}

/** Where a page was looked for in bounded time and none was found, the way on is the answer. */
const jobsOf = (q: string): OpenedPage => ({
  path: `/jobs?q=${q}`,
  rows: '[data-row], main > p:last-of-type button',
});

/** By their names in the results; filters of rare jobs are as hard as a filter can be. */
const pagesOf = (group: string) => ({
  jobs: { path: '/jobs', rows: '[data-row]' },
  'a rare type': jobsOf('type:probe.rare'),
  'a rare error': jobsOf('error:rare_code'),
  'dead letters': jobsOf('state:dead_lettered'),
  'an error group': jobsOf(`group:${group}`),
  'error groups': { path: '/errors', rows: '[data-row]' },
  queues: { path: '', rows: '[data-row]' },
  'jobs by state': { path: '', rows: '.strip' },
});
type PageName = keyof ReturnType<typeof pagesOf>;
const pageNames = Object.keys(pagesOf('')) as PageName[];

const shellOf = (page: PageName) => `ms to the shell: ${page}`;
const rowsOf = (page: PageName) => `ms to the rows: ${page}`;

/** What a person waits for who opens the console of a platform with many jobs, on a slow machine and line. */
export const console: Figure = {
  name: 'console',
  title: `the console over many jobs, cold cache, processor 4 times slower, 40 ms, 10 Mbit/s; median of ${loads}`,
  targets: pageNames.flatMap((page) => [
    { of: 'value' as const, measure: shellOf(page), atMost: 600 },
    { of: 'value' as const, measure: rowsOf(page), atMost: 1_500 },
  ]),
  async prepare(stand, { rows }) {
    const platform = await stand.startPlatform({ api: 1, projector: 1, 'probe-worker': 1 });
    await platform.waitForTables();
    const grown = new GrownRows(stand.database, platform.namespace, rows);
    await grown.grow(0, rows);
    const pages = pagesOf((await grown.ids(rows)).group);
    const browser = await ConsoleBrowser.start();
    const open = async ({ path, rows }: OpenedPage): Promise<PageTimes> => {
      const visit = await browser.open(`${platform.api.url}/console${path}`, {
        slowness,
        script: watchingScript(rows),
      });
      try {
        return await readTimes(visit);
      } finally {
        await visit.close();
      }
    };
    await sleep(warmUpMs);
    for (const name of pageNames) await open(pages[name]);
    return {
      platform: async () => {
        const sample: Record<string, number> = {};
        for (const name of pageNames) {
          const times: PageTimes[] = [];
          while (times.length < loads) times.push(await open(pages[name]));
          sample[shellOf(name)] = median(times.map(({ shellMs }) => shellMs));
          sample[rowsOf(name)] = median(times.map(({ rowsMs }) => rowsMs));
        }
        return sample satisfies Sample;
      },
      rivals: {},
      close: async () => {
        await Promise.all([browser.stop(), platform.stop()]);
      },
    };
  },
};
