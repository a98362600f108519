import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { maxProgressBytes, RunningReports, type RunningReport } from './running-reports.js';

describe('RunningReports', () => {
  let sent: RunningReport[];
  let reports: RunningReports;
  const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

  beforeEach(() => {
    jest.useFakeTimers();
    sent = [];
    reports = new RunningReports(async (report) => sent.push(report));
  });
  afterEach(() => {
    reports.end();
    jest.useRealTimers();
  });

  it('sends no report of an attempt that ends within 100 ms', async () => {
    reports.report(1);
    await pass(99);
    reports.end();
    await pass(10_000);
    expect(sent).toEqual([]);
  });

  it('reports once that a longer attempt has started', async () => {
    await pass(10_000);
    expect(sent).toEqual([undefined]);
  });

  it('sends the newest progress every 250 ms, and the last value', async () => {
    for (let value = 0; value < 100; value++) {
      reports.report(value);
      await pass(10);
    }
    await pass(10_000);
    expect(sent.length).toBeLessThanOrEqual(5);
    expect(sent.at(-1)).toEqual({ progress: 99 });
  });

  it('sends progress at once when none was sent for a while', async () => {
    await pass(1_000);
    reports.report('half');
    await pass(1);
    expect(sent).toEqual([undefined, { progress: 'half' }]);
  });

  it('sends the value as it was at the report', async () => {
    await pass(1_000);
    const value = { done: 1 };
    reports.report(value);
    value.done = 2;
    await pass(1);
    expect(sent.at(-1)).toEqual({ progress: { done: 1 } });
  });

  it('waits for the answer to a report before it sends the next, and survives a refusal', async () => {
    reports.end();
    let refuse: (error: Error) => void = () => undefined;
    let calls = 0;
    reports = new RunningReports(() => {
      calls++;
      return new Promise((_, reject) => (refuse = reject));
    });
    await pass(100);
    reports.report(1);
    await pass(10_000);
    expect(calls).toBe(1);
    refuse(new Error('not now'));
    await pass(1);
    expect(calls).toBe(2);
  });

  it.each([
    ['too large a value', 'x'.repeat(maxProgressBytes), RangeError],
    ['what is no JSON', undefined, TypeError],
    ['what JSON cannot hold', 1n, TypeError],
  ])('refuses %s', (_, value, error) => {
    expect(() => reports.report(value)).toThrow(error);
  });
});
