import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from './eventually.js';
import { stallBetween, StallWatch } from './stall-watch.js';

const stoppedMs = 500;
const itOnLinux = process.platform === 'linux' ? it : it.skip;

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
    const [first, second] = [watch.stalledWithin(from, middle), watch.stalledWithin(middle, to)];
    expect(first).toBeLessThanOrEqual(middle - from);
    expect(second).toBeLessThanOrEqual(to - middle);
    expect(first).toBeGreaterThan(0);
  });

  itOnLinux('notes when others have the processors', async () => {
    const others = Array.from(
      { length: 3 * availableParallelism() },
      () => new Worker('for (;;) Math.sqrt(2);', { eval: true }),
    );
    try {
      await Promise.all(others.map((other) => once(other, 'online')));
      const from = Date.now();
      await eventually(() => expect(watch.stalledWithin(from, Date.now())).toBeGreaterThan(200));
    } finally {
      await Promise.all(others.map((other) => other.terminate()));
    }
  });
});

describe('a stall between two samples', () => {
  const from = { at: 0, waitedMs: 1_000 };

  it.each([
    ['nothing while nobody waited', { at: 20, waitedMs: 1_000 }, 0],
    ['the wait of somebody who was ready to run', { at: 25, waitedMs: 1_010 }, 10],
    [
      'no more than the time, though some waited for a processor and others for a disk',
      { at: 20, waitedMs: 1_035 },
      20,
    ],
    ['all of the time when the watch was not woken', { at: 300, waitedMs: 1_000 }, 300],
  ])('is %s', (_, to, ms) => {
    expect(stallBetween(from, to)).toBe(ms);
  });
});
