import { totalmem } from 'node:os';
import type { Isolation } from '@jobstream/contracts';
import { inTime, type Logger } from '@jobstream/runtime';
import type { Cell, Program } from './cell.js';
import { HandlerProcess } from './handler-process.js';
import { HandlerThread } from './handler-thread.js';

/** A cell without work ends after this time. */
const idleMs = 30_000;
/** A program that takes no orders within this time is no worker when it is started again. */
const startMs = 60_000;
/** After a start that failed, none is tried for this time. */
const failedMs = 60_000;

export interface CellsOptions {
  readonly program: Program;
  readonly logger: Logger;
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number;
}

/** The kinds of cells. */
const kinds = { process: HandlerProcess, thread: HandlerThread } as const;

/** The cell that an attempt needs. */
export interface CellNeed {
  readonly kind: Exclude<Isolation, 'none'>;
  /** The JavaScript heap. Default: half of the memory of the machine, or of the worker's control group. */
  readonly heapMiB?: number | undefined;
}

/** A cell that waits for its next attempt. */
interface IdleCell {
  readonly need: CellNeed;
  readonly end: NodeJS.Timeout;
}

/**
 * The cells of a worker, started when they are needed and kept for the next attempt. Each attempt takes one for itself, so there are as
 * many as attempts that run apart, and some that were used within the last 30 s.
 */
export class Cells {
  private readonly needs = new Map<Cell, CellNeed>();
  /** The last one used is the next one used, so that the others can end. */
  private readonly idle = new Map<Cell, IdleCell>();
  private failedAt = -Infinity;
  private isClosed = false;

  constructor(private readonly options: CellsOptions) {}

  /** A cell that takes orders; undefined where the program cannot be started again so. */
  async take(need: CellNeed): Promise<Cell | undefined> {
    const idle = this.findIdle(need);
    if (idle !== undefined) {
      this.forget(idle);
      return idle;
    }
    const { monotonic } = this.options;
    if (this.isClosed || monotonic() - this.failedAt < failedMs) return undefined;
    const started = this.start(need);
    if ((await inTime(started.isReady, startMs)) === true) return started;
    if (!this.isClosed) await this.noteFailure(started);
    return undefined;
  }

  /** Keeps a cell for the next attempt, unless it has ended. One in which a handler may still run is ended. */
  giveBack(used: Cell): void {
    if (used.isOver) return;
    if (used.isBusy || this.isClosed) return void used.end();
    const end = setTimeout(() => void used.end(), idleMs).unref();
    this.idle.set(used, { need: this.needs.get(used)!, end });
  }

  /** Ends all, whatever they do. */
  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.needs.keys()].map((each) => each.end()));
  }

  private findIdle({ kind, heapMiB }: CellNeed): Cell | undefined {
    const fits = ({ need }: IdleCell) => need.kind === kind && need.heapMiB === heapMiB;
    return [...this.idle].findLast(([, idle]) => fits(idle))?.[0];
  }

  private start(need: CellNeed): Cell {
    const started = new kinds[need.kind](this.options.program, need.heapMiB ?? defaultHeapMiB());
    this.needs.set(started, need);
    void started.ended.then(() => {
      this.needs.delete(started);
      this.forget(started);
    });
    return started;
  }

  private async noteFailure(started: Cell): Promise<void> {
    this.failedAt = this.options.monotonic();
    await started.end();
    const { exitCode, signal, lastLines } = await started.ended;
    const { file } = this.options.program;
    this.options.logger.warn(
      { program: file, exitCode, signal, lastLines, forMs: failedMs },
      'program not started again: suspects run in the worker, isolated jobs fail',
    );
  }

  private forget(cell: Cell): void {
    clearTimeout(this.idle.get(cell)?.end);
    this.idle.delete(cell);
  }
}

/** Half of the memory that the machine has, or the control group of the process. */
function defaultHeapMiB(): number {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(64, Math.floor(bytes / 2 / 1_048_576));
}
