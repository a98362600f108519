import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform, type ServiceProcess } from '@jobstream/testing';

describe('a job that kills its worker ends by a cancel', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform?.stop());

  const jobsOf = (worker: ServiceProcess, msg: string) =>
    worker.log.filter((line) => line.msg === msg).map(({ job }) => job as string);

  it('the log of each worker that died names it, and the others of its queue are done', async () => {
    let worker = platform.one('probe-worker');
    const killer = await platform.api.submitted('probe.run', { failWith: 'crash', failTimes: 1_000 });
    const others = await Promise.all(
      Array.from({ length: 40 }, () => platform.api.submitted('probe.run', { sleepMs: 300 })),
    );
    const diedWith: Set<string>[] = [];
    for (let deaths = 1; deaths <= 3; deaths++) {
      expect(await worker.ended).toEqual({ code: null, signal: 'SIGKILL' });
      const ended = new Set(jobsOf(worker, 'attempt ended'));
      diedWith.push(new Set(jobsOf(worker, 'attempt started').filter((job) => !ended.has(job))));
      worker = await platform.launchUnready('probe-worker', {});
    }
    for (const jobs of diedWith) expect(jobs).toContain(killer);

    expect((await platform.api.request('POST', `/v1/jobs/${killer}/cancel`)).status).toBe(202);
    const end = platform.api.finished(killer);
    const isOver = () => Promise.race([end.then(() => true), worker.ended.then(() => false)]);
    // One that had begun before it could know of the cancel dies too.
    while (!(await isOver())) worker = await platform.launchUnready('probe-worker', {});
    expect(await end).toMatchObject({ state: 'cancelled' });
    for (const id of others)
      expect(await platform.api.finished(id)).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(worker.alive).toBe(true);
    console.log(
      `3 deaths, with ${diedWith.map(({ size }) => size).join(', ')} jobs in flight; the last worker lives`,
    );
  });
});
