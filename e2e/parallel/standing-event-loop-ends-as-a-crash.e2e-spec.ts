import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform } from '@jobstream/testing';

describe('a standing event loop ends as a crash', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 1 },
      environment: { LOOP_STAND_SECONDS: '2' },
      publishesTypes: false,
    });
  });
  afterAll(() => platform?.stop());

  it('the job that never gave it back is dead-lettered, the one beside it succeeds', async () => {
    const { api } = platform;
    const dying = platform.one('probe-worker');
    const beside = await api.submitted('probe.run', { sleepMs: 1_000 });
    const spinning = await api.submitted('probe.run', { failWith: 'spin', failTimes: 1_000, sleepMs: 200 });
    expect(await dying.ended).toEqual({ code: null, signal: 'SIGKILL' });

    const next = await platform.launchUnready('probe-worker', {});
    expect(await api.finished(beside)).toMatchObject({ state: 'succeeded', attempt: 1 });
    const end = await api.finished(spinning);
    expect(end).toMatchObject({ state: 'dead_lettered', reason: 'crashed', attempt: 1 });
    expect(end.error!.message).toContain('event loop stands still');
    expect(next.alive).toBe(true);
  });
});
