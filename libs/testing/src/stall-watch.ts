import { Worker } from 'node:worker_threads';

interface Stall {
  readonly from: number;
  readonly to: number;
}

const everyMs = 20;
/** A timer is late by up to this on a busy machine; only more is a stall. */
const minStallMs = 100;

/** Runs in its own thread, so that the test's own computing does not look like a stall. */
const watchCode = `
  const { parentPort } = require('node:worker_threads');
  let last = Date.now();
  setInterval(() => {
    const now = Date.now();
    if (now - last > ${everyMs + minStallMs}) parentPort.postMessage({ from: last, to: now });
    last = now;
  }, ${everyMs});
  parentPort.postMessage('watching');
`;

/**
 * Notes when this machine ran nothing: its virtual machine was paused, or others had the processors. A test with a time limit
 * subtracts it. A slow product is not a stall: it does not keep this watch from running.
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

  /** Milliseconds within a span (ms since 1970) in which nothing could run. The span must have ended a moment ago. */
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
