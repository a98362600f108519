import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.js';
import { StallWatch } from './stall-watch.js';

const stoppedMs = 500;
const everyMs = 50;

describe('stall watch', () => {
  let watch: StallWatch;
  beforeAll(async () => {
    watch = await StallWatch.start();
  });
  afterAll(() => watch.stop());

  it('notes how long this process was stopped, within a span only', async () => {
    const from = Date.now();
    const stop = `kill -STOP ${process.pid}; sleep ${stoppedMs / 1_000}; kill -CONT ${process.pid}`;
    await once(spawn('sh', ['-c', stop]), 'exit');
    await eventually(() =>
      expect(watch.stalledWithin(from, Date.now())).toBeGreaterThanOrEqual(stoppedMs - 100),
    );
    const to = Date.now();
    const middle = from + stoppedMs / 2;
    const [all, first, second] = [
      watch.stalledWithin(from, to),
      watch.stalledWithin(from, middle),
      watch.stalledWithin(middle, to),
    ];
    expect(all).toBe(first + second);
    expect(first).toBeLessThanOrEqual(middle - from);
    expect(second).toBeLessThanOrEqual(to - middle);
  });

  it('does not count the test’s own computing as a stall', async () => {
    // The machine may really stall meanwhile, but not each time.
    await eventually(async () => {
      const from = Date.now();
      while (Date.now() < from + stoppedMs);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
      expect(watch.stalledWithin(from, from + stoppedMs)).toBe(0);
    });
  });
});
