import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobDetail, QueueView } from '@jobstream/contracts/rest';
import { eventually, Platform, StallWatch, type LogLine, type ServiceProcess } from '@jobstream/testing';

const jobs = 200;

describe('a pause survives restarts and loses nothing', () => {
  let platform: Platform;
  let watch: StallWatch;
  beforeAll(async () => {
    watch = await StallWatch.start();
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(async () => {
    await platform?.stop();
    await watch.stop();
  });

  const order = (name: 'pause' | 'resume') => platform.api.request('POST', `/v1/queues/probe/${name}`);
  const queue = async () => (await platform.api.get<QueueView>('/v1/queues/probe')).body;
  const ready = async () => (await fetch(`${platform.one('probe-worker').url}/health/ready`)).status;

  it('of the worker and of the API; running jobs end, and each other job runs after it', async () => {
    // The first job may take long on a busy machine: the one that runs is not to be over by then.
    await platform.api.finished(await platform.api.submitted('probe.run', {}));
    const worker = platform.one('probe-worker');
    const running = await platform.api.submitted('probe.run', { sleepMs: 5_000 });
    await worker.logged(({ msg, job }) => msg === 'attempt started' && job === running);
    const startsBefore = startsOf(worker);
    const stream = submitSteadily(platform);
    await eventually(() => expect(startsOf(worker)).toBeGreaterThan(startsBefore));
    const paused = await order('pause');
    const pausedAt = Date.now();
    expect(paused).toMatchObject({ status: 202, body: { queue: 'probe', paused: true } });
    expect(await queue()).toMatchObject({ paused: true, workers: 1 });
    const obeyedAt = Date.parse((await worker.logged(({ msg }) => msg === 'queue paused')).time);
    const feltMs = Math.max(0, obeyedAt - pausedAt);
    await stream.more(30);
    const early = await stream.end();
    const items = Array.from({ length: jobs }, () => ({ type: 'probe.run', payload: {} }));
    const { body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
    const ids = [...early, ...body.items.map(({ id }) => id)];
    expect((await platform.api.finished(running)).state).toBe('succeeded');
    const end = await worker.logged(({ msg, job }) => msg === 'attempt ended' && job === running);
    expect(Date.parse(end.time)).toBeGreaterThan(obeyedAt);

    await platform.crash(platform.one('probe-worker'));
    await platform.crash(platform.one('api'));
    expect(await eventually(queue)).toMatchObject({ paused: true });
    expect(await ready()).toBe(200);
    const detail = (await platform.api.get<JobDetail>(`/v1/jobs/${ids.at(-1)!}`)).body;
    expect(detail).toMatchObject({ state: 'queued', waitingFor: { kind: 'pause' } });

    const resumedAt = Date.now();
    expect(await order('resume')).toMatchObject({ status: 202, body: { paused: false } });
    const done = await Promise.all(ids.map((id) => platform.api.finished(id)));
    const starts = done.map(({ startedAt }) => Date.parse(startedAt as string));
    const before = starts.filter((at) => at < resumedAt);
    const goesOnMs = Math.min(...starts.filter((at) => at >= resumedAt)) - resumedAt;
    console.log(
      `pause felt after ${feltMs} ms, resume after ${goesOnMs} ms; ` +
        `${done.length} jobs waited over a kill -9 of worker and API, lost: 0`,
    );
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(early.length);
    expect(feltMs - watch.stalledWithin(pausedAt, obeyedAt)).toBeLessThan(1_000);
    const workers = platform.processes.filter(({ name }) => name === 'probe-worker');
    expect(workers.map(startsWhilePaused)).toEqual([[], []]);
    expect(done.every(({ state }) => state === 'succeeded')).toBe(true);
    expect(await queue()).toMatchObject({ paused: false });
  });
});

function startsOf({ log }: ServiceProcess): number {
  return log.filter(({ msg }) => msg === 'attempt started').length;
}

/** What a worker started between its log lines "queue paused" and "queue resumed". */
function startsWhilePaused({ log }: ServiceProcess): LogLine[] {
  const from = log.findIndex(({ msg }) => msg === 'queue paused');
  expect(from).toBeGreaterThanOrEqual(0);
  const to = log.findIndex(({ msg }) => msg === 'queue resumed');
  return log.slice(from, to < 0 ? undefined : to).filter(({ msg }) => msg === 'attempt started');
}

/** A job every few milliseconds until `end`, which answers their ids; `more` resolves once so many more are submitted. */
function submitSteadily(platform: Platform): {
  more(count: number): Promise<void>;
  end(): Promise<string[]>;
} {
  const ids: string[] = [];
  let going = true;
  const loop = (async () => {
    while (going) {
      ids.push(await platform.api.submitted('probe.run', {}));
      await delay(20);
    }
  })();
  return {
    more: async (count) => {
      const enough = ids.length + count;
      await eventually(() => expect(ids.length).toBeGreaterThanOrEqual(enough));
    },
    end: async () => {
      going = false;
      await loop;
      return ids;
    },
  };
}
