import type { Logger } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import type { RunningAttempts } from '../attempt/running-attempts.js';
import { Watchdog } from './watchdog.js';

const beatMs = 500;
/** A block that is longer is told of. */
const maxBlockMs = 1_000;
const maxNamed = 10;
/** The label of a block whose handler is not known. */
const unknownType = 'unknown';

export interface LoopWatchOptions {
  readonly running: Pick<RunningAttempts, 'idsHere'>;
  readonly logger: Logger;
  /** Counts a block by the job type as metrics name it. */
  countBlock(type: string): void;
  /** The process ends once its event loop has stood still for so long; 0 for never. */
  readonly standMs: number;
  readonly service: string;
}

/** Watches the event loop of a worker: tells what held it up for more than a second, and ends the process when it stands still. */
export class LoopWatch {
  private readonly watchdog: Watchdog | undefined;
  private readonly timer: NodeJS.Timeout;
  private lastBeat = performance.now();
  /** How long handlers that were named have held the loop up since the last beat. */
  private namedMs = 0;

  constructor(private readonly options: LoopWatchOptions) {
    const { standMs: limitMs, service } = options;
    this.watchdog = limitMs > 0 ? new Watchdog({ limitMs, service }) : undefined;
    this.timer = setInterval(() => this.beat(), beatMs).unref();
  }

  /**
   * The call of a handler has held the loop up before it returned.
   * @param label its type as metrics name it
   */
  noteHandler({ request: { id, type }, run, attempt }: StartableJob, label: string, ms: number): void {
    this.namedMs += ms;
    this.options.countBlock(label);
    this.options.logger.warn(
      { job: id, type, run, attempt, blockedMs: Math.round(ms) },
      'handler blocked the event loop: use ctx.runInThread() for what takes the processor so long',
    );
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.watchdog?.stop();
  }

  private beat(): void {
    const now = performance.now();
    const blockedMs = now - this.lastBeat - beatMs - this.namedMs;
    this.lastBeat = now;
    this.namedMs = 0;
    const jobs = this.options.running.idsHere(maxNamed);
    this.watchdog?.beat(jobs);
    if (blockedMs <= maxBlockMs) return;
    this.options.countBlock(unknownType);
    this.options.logger.warn(
      { blockedMs: Math.round(blockedMs), jobs },
      'event loop blocked: by one of these jobs, or by one that has ended',
    );
  }
}
