import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform } from '@jobstream/testing';

describe('a stray rejection fails its attempt alone', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 1 },
      publishesTypes: false,
    });
  });
  afterAll(() => platform?.stop());

  it('the attempt that made it is retried, those beside it succeed, and the worker lives', async () => {
    const { api } = platform;
    const worker = platform.one('probe-worker');
    const stray = { failWith: 'stray-rejection', failTimes: 1 };
    // The first one of a process is known because its job is alone; from then on each attempt is tracked.
    expect(await api.finished(await api.submitted('probe.run', stray))).toMatchObject({
      state: 'succeeded',
      attempt: 2,
    });

    const others = await Promise.all(
      Array.from({ length: 30 }, () => api.submitted('probe.run', { sleepMs: 1_500 })),
    );
    const guilty = await api.submitted('probe.run', { ...stray, sleepMs: 200 });
    expect(await api.finished(guilty)).toMatchObject({ state: 'succeeded', attempt: 2 });
    for (const id of others) expect(await api.finished(id)).toMatchObject({ state: 'succeeded', attempt: 1 });

    const told = worker.log.filter(({ msg }) => msg === 'rejection handled by nobody: its attempt fails');
    expect(told).toMatchObject([{ level: 'error' }, { level: 'error', job: guilty }]);
    expect(worker.alive).toBe(true);
  });
});
