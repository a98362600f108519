import { availableParallelism } from 'node:os';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { readProcessorWait } from './processor-wait.js';

const itOnLinux = process.platform === 'linux' ? it : it.skip;

/** Keeps the thread busy until it has stood in line for so long, or for a minute. */
function spinUntilWaited(ms: number): number {
  const before = readProcessorWait();
  const end = performance.now() + 60_000;
  let waited = 0;
  while (waited < ms && performance.now() < end) waited = readProcessorWait() - before;
  return waited;
}

describe('the wait for a processor', () => {
  itOnLinux('grows while others take the processors', async () => {
    const others = Array.from(
      { length: 2 * availableParallelism() },
      () => new Worker('for (;;) Math.sqrt(2);', { eval: true }),
    );
    try {
      await Promise.all(others.map((other) => once(other, 'online')));
      expect(spinUntilWaited(200)).toBeGreaterThanOrEqual(200);
    } finally {
      await Promise.all(others.map((other) => other.terminate()));
    }
  });

  it('is not the time in which the thread itself waits', () => {
    const before = readProcessorWait();
    const startedAt = performance.now();
    execFileSync(process.execPath, ['-e', 'setTimeout(() => {}, 1000)']);
    const tookMs = performance.now() - startedAt;
    expect(tookMs - (readProcessorWait() - before)).toBeGreaterThanOrEqual(1_000);
  });
});
