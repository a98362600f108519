import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import type { ActionView, JobDetail, JobHistory, ReplayJobPage } from '@jobstream/contracts/rest';
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

  const act = async (wish: object): Promise<string> => {
    const { status, body } = await platform.api.post<ActionView>('/v1/actions', wish);
    expect({ status, body }).toMatchObject({ status: 202, body: { state: expect.any(String) } });
    return body.id;
  };
  const readAction = async (id: string) => (await platform.api.get<ActionView>(`/v1/actions/${id}`)).body;
  const overAction = async (id: string, state: string): Promise<ActionView> => {
    await eventually(async () => expect((await readAction(id)).state).toBe(state));
    return readAction(id);
  };

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

  it('many at once, by a filter, although the scheduler dies half-way; an action that is ended leaves the rest', async () => {
    await platform.one('probe-worker').stop();
    const items = Array.from({ length: 1_200 }, () => ({ type: 'probe.run', payload: {} }));
    const { body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
    const waiting = { action: 'cancel', q: 'queue:probe state:queued' };
    const counted = { matched: items.length, actionable: items.length, byState: { queued: items.length } };
    await eventually(async () => {
      const dry = await platform.api.post('/v1/actions', { ...waiting, dryRun: true });
      expect(dry).toMatchObject({ status: 200, body: { ...counted, complete: true } });
    });

    const slow = await act({ ...waiting, rate: 100, why: 'to be ended' });
    await eventually(async () => expect((await readAction(slow)).done).toBeGreaterThan(0));
    expect((await platform.api.request('POST', `/v1/actions/${slow}/cancel`)).status).toBe(202);
    const { done } = await overAction(slow, 'cancelled');
    expect(done).toBeLessThan(items.length);
    expect(await platform.api.request('POST', `/v1/actions/${slow}/cancel`)).toMatchObject({
      status: 409,
      body: { code: 'action_over' },
    });

    const whole = await act({ ...waiting, rate: 400, why: 'all of them' });
    await eventually(async () => expect((await readAction(whole)).done).toBeGreaterThan(0));
    await platform.crash(platform.one('scheduler'));
    // No worker has ended a job yet, so those of the first action still wait.
    expect(await overAction(whole, 'finished')).toMatchObject({ done: items.length, failed: 0, progress: 1 });
    await platform.launch('probe-worker');
    const states = await Promise.all(
      body.items.filter((_, index) => index % 10 === 0).map(({ id }) => platform.api.finished(id)),
    );
    expect(new Set(states.map(({ state }) => state))).toEqual(new Set(['cancelled']));
  });

  it('and an action runs as many of them again as it may, each once', async () => {
    const again = { action: 'replay', q: 'state:cancelled type:probe.*', cap: 40 };
    expect(await platform.api.post('/v1/actions', { ...again, why: 'x' })).toMatchObject({
      status: 422,
      body: { code: 'nothing_to_do' },
    });
    const id = await act({ ...again, only: 'all', rate: 1_000, why: 'they were needed' });
    expect(await overAction(id, 'finished')).toMatchObject({ done: 40, failed: 0, expected: 40 });
    const { body } = await platform.api.get<ReplayJobPage>(`/v1/replays/${id}/jobs?limit=100`);
    expect(body.items.map(({ run }) => run)).toEqual(Array.from({ length: 40 }, () => 2));
    const jobs = await Promise.all(body.items.map((job) => platform.api.finished(job.id)));
    expect(new Set(jobs.map(({ run, state }) => `${run} ${state}`))).toEqual(new Set(['2 succeeded']));
  });

  it('but not for an action with a fault, or one that no job meets', async () => {
    for (const [bad, pointer] of [
      [{ q: 'queue:probe', why: 'x' }, '/action'],
      [{ action: 'cancel', why: 'x' }, '/q'],
      [{ action: 'cancel', q: 'stat:queued', why: 'x' }, '/q'],
      [{ action: 'cancel', q: 'queue:probe' }, '/why'],
      [{ action: 'cancel', q: 'queue:probe', why: 'x', patch: [{ op: 'remove', path: '/note' }] }, '/patch'],
    ] as const)
      expect(await platform.api.post('/v1/actions', bad)).toMatchObject({
        status: 422,
        body: { errors: [{ pointer }] },
      });
    const none = { action: 'cancel', q: 'queue:probe until:1h', why: 'x' };
    expect(await platform.api.post('/v1/actions', none)).toMatchObject({
      status: 422,
      body: { code: 'nothing_to_do' },
    });
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
