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
    const { measured, failures } = await alternate(contest, 3, (side, round) =>
      order.push(`${side} ${round}`),
    );
    expect(failures).toEqual([]);
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

  it('leaves out a side from its first failure on, and lets the others go on', async () => {
    let tries = 0;
    const contest = {
      platform: async () => ({ ms: 2 }),
      rivals: {
        bare: async () => {
          tries += 1;
          if (tries === 2) throw new Error('The broker is gone.');
          return { ms: 1 };
        },
        celery: async () => ({ ms: 4 }),
      },
    };
    const { measured, failures } = await alternate(contest, 3, () => undefined);
    expect(failures).toEqual([{ side: 'bare', message: 'The broker is gone.' }]);
    expect(tries).toBe(2);
    expect(measured).toEqual({
      platform: [{ ms: 2 }, { ms: 2 }, { ms: 2 }],
      bare: [{ ms: 1 }],
      celery: [{ ms: 4 }, { ms: 4 }, { ms: 4 }],
    });
    expect(ratios(measured, 'bare', 'ms')).toEqual([2]);
  });

  it('judges no target against a rival that was not measured', async () => {
    const contest = { platform: async () => ({ ms: 1 }), rivals: {}, close: async () => undefined };
    const { measured } = await alternate(contest, 1, () => undefined);
    expect(judge({ targets: [{ of: 'bullmq', measure: 'ms', atMost: 1 }] }, measured)).toEqual([]);
  });
});
