import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform } from '@jobstream/testing';

describe('the schedules that ship', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1, 'maintenance-worker': 1 },
    });
  });
  afterAll(() => platform?.stop());

  const fire = async (name: string) => {
    const { status, body } = await platform.api.request('POST', `/v1/schedules/${name}/fire`);
    expect(status).toBe(202);
    return platform.api.finished(body.id as string, { timeoutMs: 60_000 });
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
