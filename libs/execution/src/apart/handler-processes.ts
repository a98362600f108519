import { totalmem } from 'node:os';
import { inTime, type Logger } from '@jobstream/runtime';
import { HandlerProcess, type Program } from './handler-process.js';

/** A process without work ends after this time. */
const idleMs = 30_000;
/** A program that takes no orders within this time is no worker when it is started again. */
const startMs = 60_000;
/** After a start that failed, none is tried for this time. */
const failedMs = 60_000;

export interface HandlerProcessesOptions {
  readonly program: Program;
  readonly logger: Logger;
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number;
}

/**
 * The handler processes of a worker, started when they are needed and kept for the next attempt. Each attempt takes one for itself.
 */
export class HandlerProcesses {
  private readonly all = new Set<HandlerProcess>();
  /** The last one used is the next one used, so that the others can end. */
  private readonly idle = new Map<HandlerProcess, NodeJS.Timeout>();
  private failedAt = -Infinity;
  private isClosed = false;

  constructor(private readonly options: HandlerProcessesOptions) {}

  /** A process that takes orders; undefined where the program cannot be started again so. */
  async take(): Promise<HandlerProcess | undefined> {
    const idle = [...this.idle.keys()].at(-1);
    if (idle !== undefined) {
      this.forget(idle);
      return idle;
    }
    const { monotonic } = this.options;
    if (this.isClosed || monotonic() - this.failedAt < failedMs) return undefined;
    const started = this.start();
    if ((await inTime(started.isReady, startMs)) === true) return started;
    if (!this.isClosed) await this.noteFailure(started);
    return undefined;
  }

  /** Keeps a process for the next attempt, unless it has ended. One in which a handler may still run is ended. */
  giveBack(used: HandlerProcess): void {
    if (used.isOver) return;
    if (used.isBusy || this.isClosed) return void used.end();
    this.idle.set(used, setTimeout(() => void used.end(), idleMs).unref());
  }

  /** Ends all, whatever they do. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.all].map((each) => each.end()));
  }

  private start(): HandlerProcess {
    const started = new HandlerProcess(this.options.program, defaultHeapMiB());
    this.all.add(started);
    void started.ended.then(() => {
      this.all.delete(started);
      this.forget(started);
    });
    return started;
  }

  private async noteFailure(started: HandlerProcess): Promise<void> {
    this.failedAt = this.options.monotonic();
    await started.end();
    const { exitCode, signal, lastLines } = await started.ended;
    const { file } = this.options.program;
    this.options.logger.warn(
      { program: file, exitCode, signal, lastLines, forMs: failedMs },
      'handler process not started: suspects run in the worker',
    );
  }

  private forget(process: HandlerProcess): void {
    clearTimeout(this.idle.get(process));
    this.idle.delete(process);
  }
}

/** Half of the memory that the machine has, or the control group of the process. */
function defaultHeapMiB(): number {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(64, Math.floor(bytes / 2 / 1_048_576));
}
