import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  liveFrameSchema,
  pastFrameSchema,
  queueListSchema,
  queueViewSchema,
  workerListSchema,
  type JobDetail,
  type QueueView,
} from '@jobstream/contracts/rest';
import { eventually, Platform, readStream, type SentEvent } from '@jobstream/testing';
import { z } from 'zod';

describe('queues', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1 } });
  });
  afterAll(() => platform?.stop());

  async function queue(name: string): Promise<QueueView> {
    const { status, body } = await platform.api.get<QueueView>(`/v1/queues/${name}`);
    expect(status).toBe(200);
    return queueViewSchema.parse(body);
  }

  const detail = async (id: string) => (await platform.api.get<JobDetail>(`/v1/jobs/${id}`)).body;

  it('are listed with their lanes, before anything ran', async () => {
    const { status, body } = await platform.api.get('/v1/queues');
    expect(status).toBe(200);
    const { items } = queueListSchema.parse(body);
    expect(items.map((each) => each.queue)).toEqual(expect.arrayContaining(['image', 'probe']));
    expect(items.find((each) => each.queue === 'probe')).toMatchObject({
      lag: 0,
      running: 0,
      retrying: 0,
      deadLetters: 0,
      paused: false,
      workers: 0,
      oldestWaitingSeconds: null,
      lanes: ['high', 'normal', 'low', 'retry.15s', 'retry.1s', 'retry.5s'].map((lane) => ({ lane })),
    });
  });

  it('show what waits, by lane and partition, and for how long', async () => {
    const submittedAt = Date.now();
    const items = Array.from({ length: 60 }, () => ({ type: 'probe.run', payload: {} }));
    const { body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
    const view = await eventually(async () => {
      const seen = await queue('probe');
      expect(seen).toMatchObject({ lag: 60, lanes: [{}, { lane: 'normal', lag: 60 }, {}, {}, {}, {}] });
      return seen;
    });
    expect(view.lanes[1]!.partitions.reduce((sum, { lag }) => sum + lag, 0)).toBe(60);
    expect(view.oldestWaitingSeconds).toBeLessThanOrEqual(Math.ceil((Date.now() - submittedAt) / 1_000));
    const waiting = await eventually(async () => {
      const jobs = await Promise.all(body.items.map(({ id }) => detail(id)));
      for (const { waitingFor } of jobs)
        expect(waitingFor).toMatchObject({ kind: 'worker', ahead: expect.any(Number) });
      return jobs.map((job) => job.waitingFor!.ahead);
    });
    expect(Math.max(...waiting.map(Number))).toBeGreaterThan(0);
  });

  it('are watched by one stream: what they have done, once a second, and for the next watcher the past', async () => {
    const watch = async (frames: number) => {
      const enough = (events: SentEvent[]) =>
        events.filter(({ event }) => event === 'frame').length >= frames;
      const { status, events } = await readStream(`${platform.api.url}/v1/live`, undefined, enough);
      expect(status).toBe(200);
      return events;
    };
    const probeOf = ({ data }: SentEvent) =>
      liveFrameSchema.parse(data).queues.find(({ queue: name }) => name === 'probe')!;
    const [first, ...frames] = await watch(3);
    expect(first).toEqual({ event: 'past', data: [] });
    expect(frames.map(({ event }) => event)).toEqual(['frame', 'frame', 'frame']);
    const [before, , after] = frames.map((frame) => liveFrameSchema.parse(frame.data));
    expect(Date.parse(after!.at!) - Date.parse(before!.at!)).toBeGreaterThan(1_500);
    expect(after!.statusBehind).toEqual(expect.any(Number));
    const { came, finished } = probeOf(frames[2]!).totals;
    expect(probeOf(frames[2]!)).toMatchObject({ backlog: came - finished, workers: 0 });
    await platform.api.submitted('probe.run', {});
    // What is shared with others may be a second old.
    const [past, , , next] = await watch(3);
    expect(
      z
        .array(pastFrameSchema)
        .parse(past!.data)[0]!
        .queues.map(({ queue: name }) => name),
    ).toContain('probe');
    expect(probeOf(next!).totals).toMatchObject({ came: came + 1, finished });
  });

  it('show workers, what runs, what retries and what is dead, and jobs say what they wait for', async () => {
    await platform.launch('probe-worker');
    await eventually(async () => expect(await queue('probe')).toMatchObject({ lag: 0, workers: 1 }));
    const running = await platform.api.submitted('probe.run', { sleepMs: 60_000 });
    const retrying = await platform.api.submitted('probe.run', { failTimes: 3 });
    const dead = await platform.api.submitted('probe.run', { failTimes: 1, failWith: 'non-retryable' });
    expect((await platform.api.finished(dead)).state).toBe('dead_lettered');
    await eventually(async () =>
      expect(await queue('probe')).toMatchObject({ running: 1, retrying: 1, deadLetters: 1, workers: 1 }),
    );
    const workers = async (query: string) =>
      workerListSchema.parse((await platform.api.get(`/v1/workers${query}`)).body).items;
    await eventually(async () =>
      expect(await workers('?queue=probe')).toMatchObject([
        {
          service: 'probe-worker',
          state: 'alive',
          program: { name: '@jobstream/probe-worker' },
          queues: [{ queue: 'probe', running: 1 }],
          running: [{ id: running, type: 'probe.run', attempt: 1 }],
        },
      ]),
    );
    expect(await workers('?queue=nobodys')).toEqual([]);
    expect(await detail(running)).toMatchObject({ state: 'running', waitingFor: null });
    expect(await detail(dead)).toMatchObject({ state: 'dead_lettered', waitingFor: null });
    await eventually(async () => {
      const job = await detail(retrying);
      expect(job).toMatchObject({
        state: 'retrying',
        waitingFor: { kind: 'retry', until: job.nextAttemptAt },
      });
    });
    await platform.api.request('POST', `/v1/jobs/${running}/cancel`);
    expect(await platform.api.finished(running)).toMatchObject({ state: 'cancelled' });
  });

  it('have the limits that were ordered, until they are taken back', async () => {
    const put = (limits: unknown) =>
      platform.api.request('PUT', '/v1/queues/report/limits', {
        body: JSON.stringify(limits),
        headers: { 'content-type': 'application/json' },
      });
    const limits = { rate: '100/m', perKey: { field: 'userId', concurrency: 1 } };
    expect(await put(limits)).toMatchObject({
      status: 202,
      body: { queue: 'report', paused: false, limits },
    });
    expect((await queue('report')).limits).toEqual(limits);
    expect(await platform.api.get('/v1/queues/report/limits/usage')).toMatchObject({
      status: 200,
      body: {
        queue: 'report',
        limits,
        concurrency: null,
        rate: { rate: '100/m', nextStartAt: null },
        keyConcurrency: { field: 'userId', max: 1, count: 0, busiest: [] },
        keyRate: null,
        running: [],
      },
    });
    for (const [bad, pointer] of [
      [{ rate: '0/s' }, '/rate'],
      [{ concurrency: 0 }, '/concurrency'],
      [{ concurrency: -1 }, '/concurrency'],
      [{ perKey: { field: 'userId' } }, '/perKey'],
      [{ parallel: 2 }, '/parallel'],
      [[], ''],
    ] as const) {
      expect(await put(bad)).toMatchObject({ status: 422, body: { errors: [{ pointer }] } });
    }
    expect((await queue('report')).limits).toEqual(limits);
    expect((await platform.api.request('DELETE', '/v1/queues/report/limits')).status).toBe(202);
    expect((await queue('report')).limits).toEqual({});
  });

  it('are only those that exist', async () => {
    expect(await platform.api.get('/v1/queues/nobodys')).toMatchObject({
      status: 404,
      body: { code: 'queue_not_found' },
    });
    expect(await platform.api.get('/v1/queues/..%2f..')).toMatchObject({ status: 404 });
    expect(await platform.api.get('/v1/queues/nobodys/limits/usage')).toMatchObject({
      status: 404,
      body: { code: 'queue_not_found' },
    });
    for (const order of ['pause', 'resume']) {
      expect(await platform.api.request('POST', `/v1/queues/nobodys/${order}`)).toMatchObject({
        status: 404,
        body: { code: 'queue_not_found' },
      });
      const { status, body } = await platform.api.post(`/v1/queues/probe/${order}`, { now: true });
      expect({ status, body }).toMatchObject({ status: 422, body: { errors: [{ pointer: '/now' }] } });
    }
  });
});
