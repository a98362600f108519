import { describe, expect, it } from '@jest/globals';
import { alternate, judge, ratios } from './alternate.js';

describe('alternate', () => {
  it('lets the sides take turns and compares neighbours', async () => {
    const order: string[] = [];
    const samples = { platform: [10, 30, 50], bare: [20, 30, 100] };
    const contest = {
      platform: async () => ({ 'jobs/s': samples.platform.shift()!, p99: 4 }),
      bare: async () => ({ 'jobs/s': samples.bare.shift()! }),
      close: async () => undefined,
    };
    const measured = await alternate(contest, 3, (side, round) => order.push(`${side} ${round}`));
    expect(order).toEqual(['platform 1', 'bare 1', 'platform 2', 'bare 2', 'platform 3', 'bare 3']);
    expect(ratios(measured, 'jobs/s')).toEqual([0.5, 1, 0.5]);
    expect(ratios(measured, 'p99')).toEqual([]);
    const targets = [
      { of: 'ratio', measure: 'jobs/s', atLeast: 0.6 },
      { of: 'value', measure: 'p99', atMost: 4 },
    ] as const;
    expect(judge({ targets }, measured)).toEqual([
      { target: targets[0], value: 0.5, met: false },
      { target: targets[1], value: 4, met: true },
    ]);
  });
});
