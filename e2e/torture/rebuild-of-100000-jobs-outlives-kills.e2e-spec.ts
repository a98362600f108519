import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RebuildView } from '@jobstream/contracts/rest';
import { eventually, Platform } from '@jobstream/testing';
import { writeMixedFates } from '../mixed-fates.js';
import { endOf, PlatformDatabase, readSteadily, startRebuild, submitSteadily } from '../rebuilding.js';

const jobs = 100_000;

describe('A rebuild of 100,000 jobs', () => {
  let platform: Platform;
  let behind: PlatformDatabase;
  let ids: string[];
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 2, 'probe-worker': 1 } });
    behind = new PlatformDatabase(platform);
    ids = [...(await writeMixedFates(platform.topics, jobs)).keys()];
    await eventually(
      async () => {
        const { body } = await platform.api.get<{ total: number }>('/v1/counts');
        expect(body.total).toBe(jobs);
      },
      { timeoutMs: 240_000 },
    );
  });
  afterAll(async () => {
    await behind?.close();
    await platform?.stop();
  });

  it('gives the rows that are there, column by column, while 100 jobs a second arrive', async () => {
    const stopReading = readSteadily(platform, ids);
    const stopSubmitting = submitSteadily(platform, 100);
    const { id } = await startRebuild(platform);
    const rates: number[] = [];
    const watching = setInterval(() => {
      void platform.api.get<RebuildView>(`/v1/rebuilds/${id}`).then(({ body }) => {
        if (body.state === 'reading' && body.progress.perSecond) rates.push(body.progress.perSecond);
      });
    }, 500);
    const end = await endOf(platform, id, 600_000);
    clearInterval(watching);
    expect(end).toMatchObject({ state: 'swapped', differences: null });
    const submitted = await stopSubmitting();
    const { reads, failed } = await stopReading();
    expect(failed).toEqual([]);
    for (const job of submitted) expect((await platform.api.finished(job)).state).toBe('succeeded');

    const rows = await behind.compare('jobs', end.keptSchema!, 'id = ANY($1::uuid[])', [ids]);
    expect(rows).toEqual({ all: jobs, differing: 0 });
    const where = 'job_id = ANY($1::uuid[])';
    const transitions = await behind.compare('job_transitions', end.keptSchema!, where, [ids]);
    expect(transitions.differing).toBe(0);
    const seconds = (Date.parse(end.finishedAt!) - Date.parse(end.startedAt!)) / 1_000;
    console.log(
      `rebuilt, compared and swapped ${end.compared} jobs (${end.progress.total} records) in ${seconds.toFixed(1)} s: ` +
        `${Math.round(end.compared / seconds)} jobs/s over all, reading at ${Math.max(...rates)} records/s at best; ` +
        `${submitted.length} jobs arrived meanwhile, ${reads} reads were answered, none failed`,
    );
  });

  it('goes on in another process when the one that does it is killed half-way', async () => {
    const { id } = await startRebuild(platform, { keepOld: false });
    const halfWay = await eventually(
      async () => {
        const { body } = await platform.api.get<RebuildView>(`/v1/rebuilds/${id}`);
        expect(body.state).toBe('reading');
        expect(body.progress.records).toBeGreaterThan(10_000);
        return body;
      },
      { timeoutMs: 60_000, everyMs: 20 },
    );
    const owner = platform
      .all('projector')
      .find(({ log }) =>
        log.some(({ rebuild, msg }) => rebuild === id && msg.startsWith('rebuild started')),
      )!;
    await owner.crash();
    const [other] = platform.all('projector');
    await other!.logged(({ rebuild, msg }) => rebuild === id && msg.startsWith('rebuild started'));
    const [resumed] = (
      await behind.database.query<{ next: number }>({
        text: `SELECT coalesce(sum(next), 0)::bigint AS next FROM ${behind.live}_g${halfWay.generation}.checkpoints`,
      })
    ).rows;
    expect(resumed!.next).toBeGreaterThanOrEqual(halfWay.progress.records);
    const end = await endOf(platform, id, 600_000);
    expect(end).toMatchObject({ state: 'swapped', differences: null, generation: halfWay.generation });
    console.log(
      `killed at ${halfWay.progress.records} of ${halfWay.progress.total} records; the other process went on from ` +
        `${resumed!.next} and ended with all ${end.compared} jobs equal`,
    );
  });
});
