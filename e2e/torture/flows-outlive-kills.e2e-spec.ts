import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform } from '@jobstream/testing';
import type { FlowView } from '@jobstream/contracts/rest';
import { diamondOf, endedFlow, fanOf, loggedRuns, startedTooEarly, submitFlow } from '../flow-log.js';

describe('a flow of 1, 2,000 and 1 jobs, and one of 50 levels', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 2, scheduler: 2, 'probe-worker': 3 },
      ownRoles: true,
    });
  });
  afterAll(() => platform?.stop());

  it('run each of their jobs once, in order, while everything dies again and again', async () => {
    const ids = await Promise.all([
      submitFlow(platform, fanOf(2_000, { sleepMs: 50 })),
      submitFlow(platform, diamondOf(50, { sleepMs: 20 })),
    ]);
    const isUnfinished = async () => {
      const flows = await Promise.all(ids.map((id) => platform.api.get<FlowView>(`/v1/flows/${id}`)));
      return flows.some(({ body }) => body.finishedAt === null);
    };
    const kills: string[] = [];
    const names = ['probe-worker', 'scheduler', 'projector'];
    while (await isUnfinished()) {
      const name = names[kills.length % names.length]!;
      await platform.crash(platform.all(name)[0]!);
      kills.push(name);
    }
    expect(kills.length).toBeGreaterThan(3);
    const flows = await Promise.all(ids.map((id) => endedFlow(platform, id)));
    for (const flow of flows) {
      expect(flow.state).toBe('succeeded');
      const runs = await eventually(() => loggedRuns(platform, flow));
      expect(runs.map(({ run }) => run)).toEqual(flow.jobs.map(() => 1));
      expect(runs.filter(({ ends }) => ends.size !== 1)).toEqual([]);
      expect(startedTooEarly(flow, runs)).toEqual([]);
    }
    const last = await platform.api.finished(flows[0]!.jobs.at(-1)!.id);
    expect((last.payload as { told: unknown[] }).told).toHaveLength(2_000);
    console.log(`${kills.length} kills, ${flows[0]!.jobs.length + flows[1]!.jobs.length} jobs, one run each`);
  });
});
