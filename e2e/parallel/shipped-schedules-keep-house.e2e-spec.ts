import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { schemasOf } from '@jobstream/database';
import { Platform } from '@jobstream/testing';

describe('the schedules that ship', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1, 'maintenance-worker': 1 },
      ownRoles: true,
    });
  });
  afterAll(() => platform?.stop());

  const fire = async (name: string) => {
    const { status, body } = await platform.api.request('POST', `/v1/schedules/${name}/fire`);
    expect(status).toBe(202);
    return platform.api.finished(body.id as string);
  };

  it('are there and on', async () => {
    const { body } = await platform.api.get<{ items: Record<string, unknown>[] }>('/v1/schedules');
    expect(
      body.items.map(({ name, cron, every, paused, origin }) => [name, cron ?? every, paused, origin]),
    ).toEqual([
      ['cleanup-expired-tokens', '0 3 * * *', false, 'code'],
      ['cleanup-old-files', '0 * * * *', false, 'code'],
      ['cleanup-old-records', '0 4 * * *', false, 'code'],
      ['daily-stats', '30 0 * * *', false, 'code'],
      ['health-check', '300s', false, 'code'],
    ]);
  });

  it('clean up, count, and tell how long each hop of a probe took', async () => {
    expect(await fire('cleanup-expired-tokens')).toMatchObject({ state: 'succeeded' });
    expect(await fire('daily-stats')).toMatchObject({ state: 'succeeded', result: { jobs: 0 } });
    expect(await fire('cleanup-old-files')).toMatchObject({ state: 'succeeded', priority: 'low' });
    // Nothing is as old as that: nothing goes.
    expect(await fire('cleanup-old-records')).toMatchObject({
      state: 'succeeded',
      result: { heldBy: null, records: {}, jobs: 0 },
    });
    const { state, result } = await fire('health-check');
    expect(state).toBe('succeeded');
    const { probe, hops, totalMs } = result as {
      probe: string;
      hops: Record<string, number>;
      totalMs: number;
    };
    expect(Object.keys(hops)).toEqual(['accepted', 'started', 'finished', 'recorded', 'visible']);
    for (const ms of Object.values(hops)) expect(ms).toBeLessThanOrEqual(totalMs);
    expect(await platform.api.job(probe)).toMatchObject({ type: 'probe.run', state: 'succeeded' });
    console.log(`a probe through the whole path: ${totalMs} ms, ${JSON.stringify(hops)}`);
  });

  it('leave to each process the rights of its role, and those alone', async () => {
    const { api } = platform;
    const json = (body: object) => ({
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    const made = await api.post('/v1/api-keys', { name: 'a test', scopes: ['read'] });
    expect(made.status).toBe(201);
    const once = { 'idempotency-key': 'once' };
    expect((await api.submit('probe.run', { sleepMs: 1 }, once)).status).toBe(202);
    expect((await api.submit('probe.run', { sleepMs: 1 }, once)).status).toBe(202);
    const schedule = { every: '1h', job: { type: 'probe.run', payload: {} } };
    expect((await api.request('PUT', '/v1/schedules/mine', json(schedule))).status).toBe(200);
    expect(await fire('mine')).toMatchObject({ state: 'succeeded' });
    expect((await api.request('DELETE', '/v1/schedules/mine')).status).toBe(204);
    expect((await api.request('DELETE', `/v1/api-keys/${made.body.id as string}`)).status).toBe(204);
    for (const path of ['api-keys', 'audit', 'counts', 'queues/probe', 'replays', 'rebuilds'])
      expect([path, (await api.get(`/v1/${path}`)).status]).toEqual([path, 200]);

    const schemas = schemasOf(platform.namespace);
    const denied = { code: '42501' };
    const ask = (service: string, sql: string) => platform.queryAs(service, sql);
    await expect(ask('probe-worker', `SELECT FROM ${schemas.operations}.api_keys`)).rejects.toMatchObject(
      denied,
    );
    await expect(ask('api', `DELETE FROM ${schemas.operations}.audit_entries`)).rejects.toMatchObject(denied);
    await expect(ask('api', `DELETE FROM ${schemas.projection}.jobs`)).rejects.toMatchObject(denied);
    await expect(
      ask('scheduler', `SELECT FROM ${schemas.operations}.idempotency_keys`),
    ).rejects.toMatchObject(denied);
    for (const service of ['api', 'scheduler', 'probe-worker', 'maintenance-worker'])
      await expect(ask(service, `CREATE TABLE ${schemas.operations}.more ()`)).rejects.toMatchObject(denied);
  });

  it('tell where a probe hangs when it does not get through', async () => {
    await platform.one('probe-worker').stop();
    const { body } = await platform.api.post('/v1/jobs', {
      type: 'health-check',
      payload: { withinMs: 2_000 },
    });
    expect(await platform.api.finished(body.id as string)).toMatchObject({
      state: 'dead_lettered',
      error: { code: 'health_check_failed', message: expect.stringContaining('see the probe-worker') },
    });
  });
});
