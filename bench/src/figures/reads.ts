import type { CountsView } from '@jobstream/contracts/rest';
import { eventually, type Platform } from '@jobstream/testing';
import type { Contest, Figure } from '../figure.js';
import { probeSubmission } from '../job-records.js';
import { connections, HttpLoader, sampleOf, warmUpSeconds } from '../load/http-loader.js';
import type { BenchOptions } from '../options.js';
import type { Stand } from '../stand.js';

/** Jobs that have ended and are read. */
export const readJobs = 1_000;

/** Jobs by their id. */
export const get: Figure = {
  name: 'get',
  title: `GET /v1/jobs/{id} of ${readJobs} finished jobs from ${connections} connections`,
  targets: [{ of: 'bullmq', measure: 'requests/s', atLeast: 1.3 }],
  prepare: (stand, options) => readingOf(stand, options, (ids) => ids.map((id) => `/v1/jobs/${id}`)),
};

/** The newest jobs. */
export const list: Figure = {
  name: 'list',
  title: `GET /v1/jobs?limit=50 from ${connections} connections`,
  targets: [
    { of: 'value', measure: 'requests/s', atLeast: 5_000 },
    { of: 'value', measure: 'p99 ms', atMost: 25 },
  ],
  prepare: (stand, options) => readingOf(stand, options, () => ['/v1/jobs?limit=50']),
};

async function readingOf(
  stand: Stand,
  { seconds }: BenchOptions,
  pathsOf: (ids: readonly string[]) => readonly string[],
): Promise<Contest> {
  const platform = await stand.startPlatform({ api: 1, projector: 1, 'probe-worker': 1 });
  const loader = new HttpLoader();
  const api = platform.one('api');
  const paths = pathsOf(await finishJobs(platform));
  const read = (lasting: number) => loader.read(api.url, paths, lasting);
  await read(warmUpSeconds.other);
  return {
    platform: () => stand.measure([api], async () => sampleOf(await read(seconds))),
    rivals: {},
    close: async () => {
      await Promise.all([loader.stop(), platform.stop()]);
    },
  };
}

/** @returns the ids of jobs that have succeeded */
async function finishJobs({ api }: Platform): Promise<string[]> {
  const items = Array.from({ length: readJobs }, () => probeSubmission);
  const { status, body } = await api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
  if (status !== 202) throw new Error(`${status} ${JSON.stringify(body)}`);
  const ids = body.items.map(({ id }) => id);
  await eventually(async () => {
    const { body: counts } = await api.get<CountsView>('/v1/counts');
    if (counts.states.succeeded !== readJobs) throw new Error(JSON.stringify(counts.states));
  });
  return ids;
}
