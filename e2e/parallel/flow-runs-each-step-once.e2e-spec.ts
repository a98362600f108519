import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FlowView } from '@jobstream/contracts/rest';
import { eventually, Platform } from '@jobstream/testing';
import { diamondOf, endedFlow, fanOf, loggedRuns, startedTooEarly, submitFlow } from '../flow-log.js';

describe('a flow', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 2, 'probe-worker': 2, 'maintenance-worker': 1 },
      ownRoles: true,
    });
  });
  afterAll(() => platform?.stop());

  it('runs each of its jobs once, in order, while workers, schedulers and the projector die', async () => {
    const ids = await Promise.all([
      submitFlow(platform, fanOf(300, { sleepMs: 50 })),
      submitFlow(platform, diamondOf(10, { sleepMs: 20 })),
    ]);
    const succeeded = async () => {
      const { body } = await platform.api.get<FlowView>(`/v1/flows/${ids[0]}`);
      return body.progress.succeeded;
    };
    // The kills strike while the jobs side by side run.
    await eventually(async () => expect(await succeeded()).toBeGreaterThan(10), { everyMs: 20 });
    const victims = ['probe-worker', 'scheduler', 'projector'].map((name) => platform.all(name)[0]!);
    await Promise.all(victims.map((victim) => platform.crash(victim)));
    expect(victims.some(({ alive }) => alive)).toBe(false);
    const flows = await Promise.all(ids.map((id) => endedFlow(platform, id)));
    for (const flow of flows) {
      expect(flow).toMatchObject({ state: 'succeeded', progress: { failed: 0, cancelled: 0 } });
      const runs = await loggedRuns(platform, flow);
      expect(runs.map(({ run }) => run)).toEqual(flow.jobs.map(() => 1));
      expect(runs.filter(({ ends }) => ends.size !== 1)).toEqual([]);
      expect(startedTooEarly(flow, runs)).toEqual([]);
    }
    const last = await platform.api.finished(flows[0]!.jobs.at(-1)!.id);
    const { told } = last.payload as { told: { name: string; state: string; result: { note: string } }[] };
    expect(told).toHaveLength(300);
    expect(new Set(told.map(({ state, result }) => `${state} ${result.note}`))).toEqual(
      new Set(['succeeded first']),
    );
    expect(last).toMatchObject({ flow: ids[0], run: 1 });
    console.log(`${flows.reduce((sum, { jobs }) => sum + jobs.length, 0)} jobs of two flows, one run each`);
  });

  it('that a handler enqueues runs each of its jobs once, and its last job is told how the others ended', async () => {
    const { body } = await platform.api.post('/v1/jobs', {
      type: 'probe.run',
      payload: { fanOut: 5, gather: true, note: 'gathered' },
    });
    const parent = await platform.api.finished(body.id as string);
    const { flow: id } = parent.result as { flow: string };
    await platform.api.finished(id);
    const flow = await endedFlow(platform, id);
    expect(flow).toMatchObject({ state: 'succeeded', parent: parent.id, progress: { total: 6 } });
    const runs = await loggedRuns(platform, flow);
    expect(runs.map(({ run, ends }) => `${run} ${[...ends].join()}`)).toEqual(
      flow.jobs.map(() => '1 succeeded'),
    );
    expect(startedTooEarly(flow, runs)).toEqual([]);
    const last = await platform.api.finished(flow.jobs.at(-1)!.id);
    expect(last).toMatchObject({ flow: id, parent: parent.id });
    const { told } = last.payload as { told: { result: { note: string } }[] };
    expect(told.map(({ result }) => result.note)).toEqual(Array(5).fill('gathered'));
  });
});
