import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform, type ServiceProcess } from '@jobstream/testing';

describe('a job that kills its worker ends by a cancel', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform?.stop());

  const startedBy = (worker: ServiceProcess) =>
    worker.log.filter(({ msg }) => msg === 'attempt started').map(({ job }) => job as string);

  it('the next worker does not start it, and the others of its queue are done', async () => {
    const dying = platform.one('probe-worker');
    const killer = await platform.api.submitted('probe.run', { failWith: 'crash', failTimes: 1_000 });
    const others = await Promise.all(
      Array.from({ length: 40 }, () => platform.api.submitted('probe.run', { sleepMs: 300 })),
    );
    expect(await dying.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(startedBy(dying)).toContain(killer);

    expect((await platform.api.request('POST', `/v1/jobs/${killer}/cancel`)).status).toBe(202);
    const worker = await platform.launchUnready('probe-worker', {});
    expect(await platform.api.finished(killer)).toMatchObject({ state: 'cancelled' });
    for (const id of others)
      expect(await platform.api.finished(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(startedBy(worker)).not.toContain(killer);
    expect(worker.alive).toBe(true);
  });
});
