import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import type { JobDetail, JobHistory } from '@jobstream/contracts/rest';
import { eventually, Platform, writeRecords } from '@jobstream/testing';

describe('cancelled jobs end', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 },
      environment: { CONCURRENCY: '2' },
    });
  });
  afterAll(() => platform?.stop());

  const cancel = (id: string) => platform.api.request('POST', `/v1/jobs/${id}/cancel`);
  const reach = (id: string, state: string) =>
    eventually(async () => expect((await platform.api.job(id)).state).toBe(state));
  const historyOf = (id: string) =>
    eventually(async () => {
      const { status, body } = await platform.api.get<JobHistory>(`/v1/jobs/${id}/history`);
      expect(status).toBe(200);
      return body.items;
    });

  it('while they run, wait, retry or are scheduled; a job that has ended keeps its end', async () => {
    const running = await platform.api.submitted('probe.run', { sleepMs: 60_000 });
    const other = await platform.api.submitted('probe.run', { sleepMs: 60_000 });
    await Promise.all([reach(running, 'running'), reach(other, 'running')]);
    const queued = await platform.api.submitted('probe.run', {});
    const { body } = await platform.api.post('/v1/jobs', { type: 'probe.run', payload: {}, delay: '1h' });
    const scheduled = body.id as string;

    for (const id of [queued, scheduled]) {
      expect(await cancel(id)).toMatchObject({ status: 202, body: { id, run: 1, cancelRequested: true } });
      expect((await platform.api.get<JobDetail>(`/v1/jobs/${id}`)).body.cancelRequested).toBe(true);
    }
    expect((await platform.api.finished(scheduled)).state).toBe('cancelled');
    expect((await platform.api.job(queued)).state).toBe('queued'); // both slots are taken
    const askedAt = performance.now();
    expect(await cancel(running)).toMatchObject({ status: 202, body: { state: 'running' } });
    expect((await platform.api.finished(running)).state).toBe('cancelled');
    const stoppedMs = performance.now() - askedAt;
    expect((await platform.api.finished(queued)).state).toBe('cancelled');
    expect((await historyOf(queued)).map(({ state }) => state)).toEqual(['queued', 'cancelled']);

    const retrying = await platform.api.submitted('probe.run', { failTimes: 3 });
    await reach(retrying, 'retrying');
    expect((await cancel(retrying)).status).toBe(202);
    expect(await platform.api.finished(retrying)).toMatchObject({ state: 'cancelled', result: null });

    expect(await cancel(running)).toMatchObject({
      status: 409,
      body: { code: 'job_final', state: 'cancelled' },
    });
    expect(await cancel(newJobId())).toMatchObject({ status: 404, body: { code: 'job_not_found' } });
    expect(await cancel('x')).toMatchObject({ status: 400, body: { code: 'invalid_job_id' } });
    expect((await cancel(other)).status).toBe(202);
    expect((await platform.api.finished(other)).state).toBe('cancelled');
    console.log(`a running job's end was shown ${Math.round(stoppedMs)} ms after its cancel was sent`);
  });

  it('many at once, by what they are; not those that a worker never met before its restart', async () => {
    await platform.one('probe-worker').stop();
    const items = Array.from({ length: 1_200 }, () => ({ type: 'probe.run', payload: {} }));
    const { body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
    await eventually(async () => {
      const dry = await platform.api.post('/v1/jobs/cancel', { type: 'probe.run', dryRun: true });
      expect(dry).toMatchObject({ status: 202, body: { count: items.length, dryRun: true } });
    });
    const old = await platform.api.post('/v1/jobs/cancel', { queue: 'probe', olderThan: '1h' });
    expect(old).toMatchObject({ status: 202, body: { count: 0 } });
    const done = await platform.api.post('/v1/jobs/cancel', { queue: 'probe', state: 'queued' });
    expect(done).toMatchObject({ status: 202, body: { count: items.length, dryRun: false } });
    for (const [bad, pointer] of [
      [{}, ''],
      [{ state: 'succeeded' }, '/state'],
      [{ olderThan: 'soon' }, '/olderThan'],
      [{ queue: 'probe', all: true }, '/all'],
    ] as const) {
      expect(await platform.api.post('/v1/jobs/cancel', bad)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
    }
    await platform.launch('probe-worker');
    const states = await Promise.all(
      body.items.filter((_, index) => index % 10 === 0).map(({ id }) => platform.api.finished(id)),
    );
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['cancelled']));
  });

  it('whoever wrote the request', async () => {
    const id = newJobId();
    const value = {
      v: 1 as const,
      id,
      type: 'probe.run',
      queue: 'probe',
      payload: {},
      priority: 'normal' as const,
    };
    await platform.one('probe-worker').stop();
    const record = { run: 1, attempt: 1, createdAt: Date.now(), phase: 'queued' as const };
    const topic = platform.topics.requests('probe');
    await writeRecords([{ topic, ...encodeRecord({ ...record, value: { ...value, maxAttempts: 1 } }) }]);
    await reach(id, 'queued');
    expect((await cancel(id)).status).toBe(202);
    await platform.launch('probe-worker');
    expect((await platform.api.finished(id)).state).toBe('cancelled');
  });
});
