import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FlowView } from '@jobstream/contracts/rest';
import { eventually, Platform } from '@jobstream/testing';
import { AttemptLedger } from '../attempt-ledger.js';
import { endedFlow, submitFlow } from '../flow-log.js';

const failing = { failRuns: 1, failWith: 'non-retryable' };

describe('a flow', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform?.stop());

  const job = (name: string, payload: object, after: string[] = []) => ({
    name,
    type: 'probe.run',
    payload,
    after,
  });
  const statesOf = ({ jobs }: FlowView) => Object.fromEntries(jobs.map(({ name, state }) => [name, state]));
  const post = (path: string) => platform.api.post(path, {});

  it('that failed is replayed from there: what succeeded stays, what depends on it runs', async () => {
    const id = await submitFlow(platform, {
      jobs: [
        job('before', { note: 'kept' }),
        job('fails', failing, ['before']),
        job('after', { note: { $result: 'before.note' } }, ['fails']),
        job('beside', {}),
      ],
    });
    const failed = await endedFlow(platform, id);
    expect(failed.state).toBe('failed');
    expect(statesOf(failed)).toEqual({
      before: 'succeeded',
      fails: 'failed',
      after: 'cancelled',
      beside: 'succeeded',
    });
    expect(failed.jobs[1]!.error).toMatchObject({ code: 'probe_failed' });
    expect(await post(`/v1/flows/${id}/replay`)).toMatchObject({ status: 202, body: { state: 'running' } });
    const replayed = await endedFlow(platform, id);
    expect(replayed).toMatchObject({
      state: 'succeeded',
      progress: { succeeded: 4, failed: 0, cancelled: 0 },
    });
    expect(replayed.jobs.map(({ run }) => run)).toEqual([1, 2, 1, 1]);
    const after = await platform.api.finished(replayed.jobs[2]!.id);
    expect(after).toMatchObject({ flow: id, payload: { note: 'kept' } });
    const ledger = new AttemptLedger(platform);
    const starts = (run: number) =>
      replayed.jobs.map(({ id: started }) => ledger.startsOf(run).get(started) ?? 0);
    expect([starts(1), starts(2)]).toEqual([
      [1, 1, 1, 1],
      [0, 1, 0, 0],
    ]);
    expect(await post(`/v1/flows/${id}/replay`)).toMatchObject({
      status: 409,
      body: { code: 'flow_succeeded' },
    });
  });

  it('that continues hands the outcomes over', async () => {
    const id = await submitFlow(platform, {
      onFailure: 'continue',
      jobs: [
        job('fails', failing),
        job('works', { note: 'well' }),
        job('last', { told: { all: { $outcomes: true }, failed: { $outcomes: 'failed' } } }, [
          'fails',
          'works',
        ]),
      ],
    });
    const flow = await endedFlow(platform, id);
    expect(flow).toMatchObject({ state: 'succeeded', progress: { succeeded: 2, failed: 1 } });
    const { payload } = await platform.api.finished(flow.jobs[2]!.id);
    const fails = { name: 'fails', state: 'dead_lettered', error: { code: 'probe_failed' } };
    const works = { name: 'works', state: 'succeeded', result: { note: 'well' } };
    expect(payload).toMatchObject({ told: { all: [fails, works], failed: [fails] } });
  });

  it('that is cancelled ends, with what runs and what waits', async () => {
    const id = await submitFlow(platform, {
      jobs: [job('runs', { sleepMs: 60_000 }), job('waits', {}, ['runs'])],
    });
    await eventually(async () => {
      const { body } = await platform.api.get<FlowView>(`/v1/flows/${id}`);
      expect((await platform.api.job(body.jobs[0]!.id)).state).toBe('running');
    });
    expect(await post(`/v1/flows/${id}/cancel`)).toMatchObject({
      status: 202,
      body: { state: 'cancelling' },
    });
    const flow = await endedFlow(platform, id);
    expect(flow.state).toBe('cancelled');
    expect(statesOf(flow)).toEqual({ runs: 'cancelled', waits: 'cancelled' });
    expect(await post(`/v1/flows/${id}/cancel`)).toMatchObject({ status: 409, body: { code: 'flow_over' } });
    const { body } = await platform.api.get<{ items: { id: string }[] }>('/v1/flows?state=cancelled');
    expect(body.items.map((item) => item.id)).toEqual([id]);
  });

  it('with a job that can not be put into its queue fails there, and says why', async () => {
    const id = await submitFlow(platform, {
      jobs: [
        job('large', { outputBytes: 150_000 }),
        job('too-large', { told: { $outcomes: true } }, ['large']),
      ],
    });
    expect(await endedFlow(platform, id)).toMatchObject({ state: 'succeeded' });
    const many = Array.from({ length: 4 }, (_, nth) => job(`large-${nth}`, { outputBytes: 150_000 }));
    const beyond = await submitFlow(platform, {
      jobs: [
        ...many,
        job(
          'too-large',
          { told: { $outcomes: true } },
          many.map(({ name }) => name),
        ),
      ],
    });
    const flow = await endedFlow(platform, beyond);
    expect(flow.state).toBe('failed');
    expect(flow.jobs.at(-1)).toMatchObject({ state: 'failed', error: { code: 'item_too_large' } });
  });
});
