import { url as debuggerUrl } from 'node:inspector';
import { Worker } from 'node:worker_threads';

/** Room for what was running, as JSON. */
const maxWordsBytes = 4_096;

/** Fields of what a thread and its process have in common. */
const [beatsAt, lengthAt, debuggedAt] = [0, 1, 2] as const;

/**
 * What the thread runs. It is text, because the process may be a bundle, in which a file of its own could not be found. When this
 * thread stood still as well, the process was frozen as a whole: that says nothing about its event loop.
 */
const script = `
const { workerData: { counters, words, limitMs, service } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const lookMs = Math.min(1000, limitMs / 4);
let beats = -1, since = performance.now(), looked = since;
setInterval(() => {
  const now = performance.now();
  const wasFrozen = now - looked > lookMs + limitMs / 4;
  looked = now;
  const present = Atomics.load(counters, ${beatsAt});
  if (present !== beats || wasFrozen || Atomics.load(counters, ${debuggedAt}) === 1) {
    beats = present;
    since = now;
  } else if (now - since >= limitMs) {
    const running = JSON.parse(Buffer.from(words.slice(0, Atomics.load(counters, ${lengthAt}))).toString());
    const line = { level: 'fatal', time: new Date().toISOString(), service, standingMs: Math.round(now - since), ...running,
      msg: 'event loop stands still: process ended' };
    try { writeSync(2, JSON.stringify(line) + '\\n'); } catch {}
    process.kill(process.pid, 'SIGKILL');
  }
}, lookMs);
`;

export interface WatchdogOptions {
  /** Ends the process once it has given no sign of life for so long. */
  readonly limitMs: number;
  readonly service: string;
}

/**
 * Ends the process when its event loop stands still: a handler that never gives it back would stop heartbeats and every other job, for
 * ever. A thread does it, since the loop cannot. It writes a line to standard error first, with what was running at the last sign
 * of life. While a debugger is attached it does nothing.
 */
export class Watchdog {
  private readonly counters = new Int32Array(new SharedArrayBuffer(12));
  private readonly words = new Uint8Array(new SharedArrayBuffer(maxWordsBytes));
  private readonly thread: Worker;

  constructor({ limitMs, service }: WatchdogOptions) {
    this.beat([]);
    this.thread = new Worker(script, {
      eval: true,
      workerData: { counters: this.counters, words: this.words, limitMs, service },
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
    Atomics.store(this.counters, debuggedAt, debuggerUrl() === undefined ? 0 : 1);
    Atomics.add(this.counters, beatsAt, 1);
  }

  async stop(): Promise<void> {
    await this.thread.terminate();
  }
}
