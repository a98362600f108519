import { describe, expect, it } from '@jest/globals';
import { alternate, judge, ratios } from './alternate.js';

describe('alternate', () => {
  it('lets all sides take turns and compares neighbours', async () => {
    const order: string[] = [];
    const samples = { platform: [10, 30, 50], bare: [20, 30, 100], bullmq: [5, 60, 50] };
    const contest = {
      platform: async () => ({ 'jobs/s': samples.platform.shift()!, p99: 4 }),
      rivals: {
        bare: async () => ({ 'jobs/s': samples.bare.shift()! }),
        bullmq: async () => ({ 'jobs/s': samples.bullmq.shift()!, p99: 8 }),
      },
      close: async () => undefined,
    };
    const measured = await alternate(contest, 3, (side, round) => order.push(`${side} ${round}`));
    expect(order).toEqual(
      [1, 2, 3].flatMap((round) => [`platform ${round}`, `bare ${round}`, `bullmq ${round}`]),
    );
    expect(ratios(measured, 'bare', 'jobs/s')).toEqual([0.5, 1, 0.5]);
    expect(ratios(measured, 'bare', 'p99')).toEqual([]);
    expect(ratios(measured, 'bullmq', 'p99')).toEqual([0.5, 0.5, 0.5]);
    const targets = [
      { of: 'bare', measure: 'jobs/s', atLeast: 0.6 },
      { of: 'bullmq', measure: 'jobs/s', atLeast: 1 },
      { of: 'value', measure: 'p99', atMost: 4 },
    ] as const;
    expect(judge({ targets }, measured)).toEqual([
      { target: targets[0], value: 0.5, met: false },
      { target: targets[1], value: 1, met: true },
      { target: targets[2], value: 4, met: true },
    ]);
  });

  it('judges no target against a rival that was not measured', async () => {
    const contest = { platform: async () => ({ ms: 1 }), rivals: {}, close: async () => undefined };
    const measured = await alternate(contest, 1, () => undefined);
    expect(judge({ targets: [{ of: 'bullmq', measure: 'ms', atMost: 1 }] }, measured)).toEqual([]);
  });
});
