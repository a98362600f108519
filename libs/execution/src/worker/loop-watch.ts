import type { Logger } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import type { RunningAttempts } from '../attempt/running-attempts.js';
import { readProcessorWait } from './processor-wait.js';
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
  /** Milliseconds that the thread of the loop has stood in line for a processor: see `readProcessorWait`, which is the default. */
  readonly processorWait?: () => number;
}

/**
 * Watches the event loop of a worker: tells what held it up for more than a second, and ends the process when it stands still. Time in
 * which the loop was given no processor is nobody's block.
 */
export class LoopWatch {
  private readonly watchdog: Watchdog | undefined;
  private readonly timer: NodeJS.Timeout;
  private readonly processorWait: () => number;
  private lastBeat = performance.now();
  private lastWait: number;
  /** What is explained of the time since the last beat: handlers that were named, and times in line for a processor. */
  private explainedMs = 0;

  constructor(private readonly options: LoopWatchOptions) {
    const { standMs: limitMs, service, processorWait = readProcessorWait } = options;
    this.processorWait = processorWait;
    this.lastWait = processorWait();
    this.watchdog = limitMs > 0 ? new Watchdog({ limitMs, service }) : undefined;
    this.timer = setInterval(() => this.beat(), beatMs).unref();
  }

  /**
   * The call of a handler took so long before it returned.
   * @param label its type as metrics name it
   */
  noteHandler({ request: { id, type }, run, attempt }: StartableJob, label: string, ms: number): void {
    const waitedMs = this.takeWait();
    this.explainedMs += waitedMs;
    const blockedMs = ms - waitedMs;
    if (blockedMs <= maxBlockMs) return;
    this.explainedMs += blockedMs;
    this.options.countBlock(label);
    this.options.logger.warn(
      { job: id, type, run, attempt, blockedMs: Math.round(blockedMs) },
      'handler blocked the event loop: use ctx.runInThread() for what takes the processor so long',
    );
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.watchdog?.stop();
  }

  private beat(): void {
    const now = performance.now();
    const blockedMs = now - this.lastBeat - beatMs - this.explainedMs - this.takeWait();
    this.lastBeat = now;
    this.explainedMs = 0;
    const jobs = this.options.running.idsHere(maxNamed);
    this.watchdog?.beat(jobs);
    if (blockedMs <= maxBlockMs) return;
    this.options.countBlock(unknownType);
    this.options.logger.warn(
      { blockedMs: Math.round(blockedMs), jobs },
      'event loop blocked: by one of these jobs, or by one that has ended',
    );
  }

  /** How long the thread has stood in line for a processor since this was asked last, which is at each beat or later. */
  private takeWait(): number {
    const wait = this.processorWait();
    const waitedMs = wait - this.lastWait;
    this.lastWait = wait;
    return waitedMs;
  }
}
