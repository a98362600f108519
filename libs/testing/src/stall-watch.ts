import { Worker } from 'node:worker_threads';

interface Stall {
  readonly from: number;
  readonly to: number;
}

const everyMs = 20;
/** What a timer is late by on a busy machine is no stall: only more than this is. */
const leastMs = 100;

/** Runs in a thread of its own, so that what the test itself computes does not look like a stall. */
const watchCode = `
  const { parentPort } = require('node:worker_threads');
  let last = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (now - last > ${everyMs + leastMs}) parentPort.postMessage({ from: last, to: now });
    last = now;
  }, ${everyMs});
  parentPort.postMessage('watching');
`;

/**
 * Notes when this machine ran nothing: a virtual machine that was held, or processors that others had. A test that holds a
 * product to a time subtracts it. The product's own slowness is none: it does not keep this watch from running.
 */
export class StallWatch {
  private readonly stalls: Stall[] = [];

  private constructor(private readonly thread: Worker) {}

  static async start(): Promise<StallWatch> {
    const watch = new StallWatch(new Worker(watchCode, { eval: true }));
    await new Promise<void>((resolve, reject) => {
      watch.thread.once('error', reject).on('message', (told: Stall | 'watching') => {
        if (told === 'watching') resolve();
        else watch.stalls.push(told);
      });
    });
    return watch;
  }

  /** For how many ms of a span, of times in ms since 1970, nothing could run. A span must have ended a moment ago. */
  stalledWithin(from: number, to: number): number {
    return this.stalls.reduce(
      (sum, stall) => sum + Math.max(0, Math.min(stall.to, to) - Math.max(stall.from, from)),
      0,
    );
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }
}
