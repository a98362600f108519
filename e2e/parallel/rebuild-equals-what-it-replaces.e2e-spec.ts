import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { quoteName } from '@jobstream/database';
import { ApiClient, eventually, Platform, ServiceProcess } from '@jobstream/testing';
import { writeMixedFates } from '../mixed-fates.js';
import { endOf, PlatformDatabase, readSteadily, startRebuild, submitSteadily } from '../rebuilding.js';

const jobs = 3_000;

describe('A rebuild equals what it replaces', () => {
  let platform: Platform;
  let behind: PlatformDatabase;
  let fates: Map<string, string>;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 2, 'probe-worker': 1 },
      ownRoles: true,
    });
    behind = new PlatformDatabase(platform);
    fates = await writeMixedFates(platform.topics, jobs);
    await eventually(async () => {
      const { body } = await platform.api.get<{ total: number }>('/v1/counts');
      expect(body.total).toBe(jobs);
    });
  });
  afterAll(async () => {
    await behind?.close();
    await platform?.stop();
  });

  it('in every column, while jobs arrive and are read, with no read failing at the swap', async () => {
    const ids = [...fates.keys()];
    const stopReading = readSteadily(platform, ids);
    const stopSubmitting = submitSteadily(platform, 100);
    const { id } = await startRebuild(platform, { why: 'to see' });
    const second = await platform.api.post('/v1/rebuilds', {});
    expect(second).toMatchObject({ status: 409, body: { code: 'rebuild_running' } });
    const end = await endOf(platform, id);
    expect(end).toMatchObject({ state: 'swapped', differences: null, generation: 2, why: 'to see' });

    const submitted = await stopSubmitting();
    for (const job of submitted) expect((await platform.api.finished(job)).state).toBe('succeeded');
    const { reads, failed } = await stopReading();
    expect(failed).toEqual([]);

    const all = await behind.compare('jobs', end.keptSchema!, 'id = ANY($1::uuid[])', [ids]);
    expect(all).toEqual({ all: jobs, differing: 0 });
    const history = await behind.compare('job_transitions', end.keptSchema!, 'job_id = ANY($1::uuid[])', [
      ids,
    ]);
    expect(history.differing).toBe(0);
    const states = await Promise.all(
      ids.slice(0, 50).map(async (job) => (await platform.api.job(job)).state),
    );
    expect(states).toEqual([...fates.values()].slice(0, 50));
    const seconds = (Date.parse(end.finishedAt!) - Date.parse(end.startedAt!)) / 1_000;
    console.log(
      `rebuilt ${end.compared} jobs and compared them in ${seconds.toFixed(1)} s while ${submitted.length} jobs arrived ` +
        `and ${reads} reads were answered: all rows equal, no read failed`,
    );
  });

  it('or is not taken: what differs is named, both stay to look at, and the rebuilt one is there to be taken', async () => {
    const ids = [...fates.keys()];
    const [wrong, missing] = [ids[0]!, ids[1]!];
    const live = quoteName(behind.live);
    await behind.database.query({
      text: `UPDATE ${live}.jobs SET state = 'expired' WHERE id = $1`,
      values: [wrong],
    });
    await behind.database.query({ text: `DELETE FROM ${live}.jobs WHERE id = $1`, values: [missing] });
    const { id } = await startRebuild(platform);
    const end = await endOf(platform, id);
    expect(end).toMatchObject({
      state: 'failed',
      failure: { code: 'generations_differ' },
      differences: {
        total: 2,
        first: expect.arrayContaining([
          { table: 'jobs', key: wrong, only: null, columns: ['state'] },
          { table: 'jobs', key: missing, only: 'rebuilt', columns: [] },
        ]),
      },
    });
    expect((await platform.api.job(wrong)).state).toBe('expired');

    expect(await platform.api.post(`/v1/rebuilds/${id}/swap`, {})).toMatchObject({ status: 202 });
    const taken = await endOf(platform, id);
    expect(taken).toMatchObject({ state: 'swapped', swap: 'always', differences: { total: 2 } });
    expect((await platform.api.job(wrong)).state).toBe(fates.get(wrong));
    expect((await platform.api.job(missing)).state).toBe(fates.get(missing));

    const kept = `/v1/rebuilds/${id}/kept`;
    expect(await platform.api.request('DELETE', kept)).toMatchObject({
      status: 409,
      body: { code: 'schema_not_ours', detail: expect.stringContaining('DROP SCHEMA') },
    });
    const owning = await ServiceProcess.start('api', platform.environment());
    expect((await new ApiClient(owning.url).request('DELETE', kept)).status).toBe(204);
    await owning.stop();
    expect(await platform.api.get(`/v1/rebuilds/${id}`)).toMatchObject({ body: { keptSchema: null } });
    console.log(
      `found the ${end.differences!.total} rows of ${end.compared} that were not as the log says, and healed them`,
    );
  });

  it('and gets a clear problem where it can not be', async () => {
    const { api } = platform;
    expect(await api.post('/v1/rebuilds', { swap: 'never', foo: 1 })).toMatchObject({
      status: 422,
      body: { code: 'invalid_request', errors: [{ pointer: '/swap' }, { pointer: '/foo' }] },
    });
    expect(await api.get('/v1/rebuilds/nonsense')).toMatchObject({
      status: 404,
      body: { code: 'rebuild_not_found' },
    });
    const { body } = await api.get<{ items: { id: string }[] }>('/v1/rebuilds');
    expect(body.items).toHaveLength(2);
    const [last] = body.items;
    for (const [path, code] of [
      ['cancel', 'rebuild_finished'],
      ['swap', 'rebuild_not_swappable'],
    ] as const)
      expect(await api.post(`/v1/rebuilds/${last!.id}/${path}`, {})).toMatchObject({
        status: 409,
        body: { code },
      });
    const asked = await startRebuild(platform);
    expect(await api.post(`/v1/rebuilds/${asked.id}/cancel`, {})).toMatchObject({ status: 202 });
    const cancelled = await endOf(platform, asked.id);
    if (cancelled.state === 'cancelled') {
      const schema = `${behind.live}_g${cancelled.generation}`;
      const { rows } = await behind.database.query({
        text: 'SELECT FROM pg_namespace WHERE nspname = $1',
        values: [schema],
      });
      expect(rows).toEqual([]);
    } else expect(cancelled.state).toBe('swapped');
    const environment = { ...platform.environment(), DATABASE_MAX_BYTES: '1000' };
    const small = await ServiceProcess.start('api', environment);
    const refused = await new ApiClient(small.url).post('/v1/rebuilds', {});
    await small.stop();
    expect(refused).toMatchObject({ status: 507, body: { code: 'rebuild_no_room' } });
  });
});
