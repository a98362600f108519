import { Worker } from 'node:worker_threads';

/** What was seen of the machine at one time. */
export interface MachineSample {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds so far in which something was ready to run and waited for a processor, or for a disk; 0 where that is not counted. */
  readonly waitedMs: number;
}

/** A part of the time between two samples in which the machine kept something waiting. */
interface Stall {
  readonly from: number;
  readonly to: number;
  readonly ms: number;
}

const everyMs = 20;
/** A timer is late by up to this on a busy machine; only more is a stall. */
const minLateMs = 100;

/** Runs in its own thread, so that the test's own computing does not look like a stall. */
const watchCode = `
  const { parentPort } = require('node:worker_threads');
  const { readFileSync } = require('node:fs');
  const waited = (of) => {
    try { return Number(/^some .*total=(\\d+)/.exec(readFileSync('/proc/pressure/' + of, 'utf8'))[1]) / 1_000; }
    catch { return 0; }
  };
  const sample = () => parentPort.postMessage({ at: Date.now(), waitedMs: waited('cpu') + waited('io') });
  sample();
  setInterval(sample, ${everyMs});
`;

/**
 * How much of the time between two samples is nobody's fault: all of it where nothing ran at all, else what something waited for the
 * machine.
 */
export function stallBetween(before: MachineSample, after: MachineSample): number {
  const span = after.at - before.at;
  if (span > everyMs + minLateMs) return span;
  return Math.max(0, Math.min(span, after.waitedMs - before.waitedMs));
}

/**
 * Notes when this machine kept something waiting: its virtual machine was paused, or (known on Linux only) something was ready to run
 * while all processors had other work. A test with a time limit subtracts it, so the limit tells of a slow product on a machine that
 * has room, and of nothing on one that has none.
 */
export class StallWatch {
  private readonly stalls: Stall[] = [];
  private last: MachineSample | undefined;

  private constructor(private readonly thread: Worker) {}

  static async start(): Promise<StallWatch> {
    const watch = new StallWatch(new Worker(watchCode, { eval: true }));
    await new Promise<void>((resolve, reject) => {
      watch.thread.once('error', reject).on('message', (sample: MachineSample) => {
        watch.note(sample);
        resolve();
      });
    });
    return watch;
  }

  /** Milliseconds within a span (ms since 1970) in which the machine was full or stood. The span must have ended a moment ago. */
  stalledWithin(from: number, to: number): number {
    return this.stalls.reduce((sum, stall) => {
      const share = Math.max(0, Math.min(stall.to, to) - Math.max(stall.from, from));
      return sum + Math.min(share, stall.ms);
    }, 0);
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }

  private note(sample: MachineSample): void {
    const { last } = this;
    this.last = sample;
    if (last === undefined) return;
    const ms = stallBetween(last, sample);
    if (ms > 0) this.stalls.push({ from: last.at, to: sample.at, ms });
  }
}
