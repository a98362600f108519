import { url as debuggerUrl } from 'node:inspector';
import { Worker } from 'node:worker_threads';

/** Room for what was running, as JSON. */
const maxWordsBytes = 4_096;

/** Fields of what a thread and its process have in common. */
const [beatsAt, lengthAt, excusedAt] = [0, 1, 2] as const;

/**
 * What the thread runs. It is text, because the process may be a bundle, in which a file of its own could not be found. When this
 * thread stood still as well, the process was frozen as a whole: that says nothing about its event loop.
 *
 * A process whose parent has gone has another one, which is how the thread notices.
 */
const script = `
const { workerData: { counters, words, limitMs, service, parent } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const lookMs = Math.min(1000, limitMs / 4);
let beats = -1, since = performance.now(), looked = since;
setInterval(() => {
  if (parent !== undefined && process.ppid !== parent) process.kill(-process.pid, 'SIGKILL');
  const now = performance.now();
  const wasFrozen = now - looked > lookMs + limitMs / 4;
  looked = now;
  const present = Atomics.load(counters, ${beatsAt});
  if (present !== beats || wasFrozen || Atomics.load(counters, ${excusedAt}) === 1) {
    beats = present;
    since = now;
  } else if (now - since >= limitMs) {
    let running = {};
    try { running = JSON.parse(Buffer.from(words.slice(0, Atomics.load(counters, ${lengthAt}))).toString()); } catch {}
    const line = { level: 'fatal', time: new Date().toISOString(), service, standingMs: Math.round(now - since), ...running,
      msg: 'event loop stands still: process ended' };
    try { writeSync(2, JSON.stringify(line) + '\\n'); } catch {}
    process.kill(process.pid, 'SIGKILL');
  }
}, lookMs);
`;

export interface WatchdogOptions {
  /** Ends the process once it has given no sign of life for so long; Infinity for never. */
  readonly limitMs: number;
  readonly service: string;
  /** The process without which this one, a leader of its group, is to end with its group. Default: it lives on. */
  readonly parent?: number;
}

/**
 * Ends the process when its event loop stands still: a handler that never gives it back would stop heartbeats and every other job, for
 * ever. A thread does it, since the loop cannot. It writes a line to standard error first, with what was running at the last sign
 * of life. Nothing of this happens while Node's inspector is open, or while the loop may stand still (`letStand`).
 */
export class Watchdog {
  private readonly counters = new Int32Array(new SharedArrayBuffer(12));
  private readonly words = new Uint8Array(new SharedArrayBuffer(maxWordsBytes));
  private readonly thread: Worker;
  private mayStand = false;

  constructor({ limitMs, service, parent }: WatchdogOptions) {
    this.beat([]);
    this.thread = new Worker(script, {
      eval: true,
      workerData: { counters: this.counters, words: this.words, limitMs, service, parent },
      execArgv: [],
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    });
    this.thread.unref();
    // It could not start: there is no watchdog then, and the work goes on.
    this.thread.on('error', () => undefined);
  }

  /** A sign of life. @param jobs ids of what runs, a few */
  beat(jobs: readonly string[]): void {
    // Into memory of its own first: the encoder takes no memory that threads have in common.
    const text = new TextEncoder().encode(JSON.stringify({ jobs }));
    this.words.set(text.subarray(0, maxWordsBytes));
    Atomics.store(this.counters, lengthAt, text.length);
    this.noteExcuse();
    Atomics.add(this.counters, beatsAt, 1);
  }

  /** Whether the event loop may stand still from now on. */
  letStand(mayStand: boolean): void {
    this.mayStand = mayStand;
    this.noteExcuse();
  }

  private noteExcuse(): void {
    const isExcused = this.mayStand || debuggerUrl() !== undefined;
    Atomics.store(this.counters, excusedAt, isExcused ? 1 : 0);
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }
}
