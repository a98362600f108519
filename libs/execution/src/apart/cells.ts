import { totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Isolation } from '@jobstream/contracts';
import type { ProcessDeath } from '@jobstream/lifecycle';
import { inTime, type Logger } from '@jobstream/runtime';
import { Cell, type Program } from './cell.js';
import { HandlerProcess } from './handler-process.js';
import { HandlerThread } from './handler-thread.js';

/** A cell without work ends after this time. */
const idleMs = 30_000;
/** A program that takes no orders within this time is no worker when it is started again. */
const startMs = 60_000;
/** After a start that failed, none is tried for this time, … */
const failedMs = 60_000;
/** … unless one has been started before: then what hinders it passes. */
const againMs = 1_000;

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

/** Why there is no cell: it ended while it started, or the system refused it. */
type NoStart = ProcessDeath | { readonly err: unknown };

/** How the starts of cells for one need have gone: a heap may be too small for the program where another is not. */
interface Starts {
  hasSucceeded: boolean;
  failedAt: number;
}

/**
 * The cells of a worker, started when they are needed and kept for the next attempt. Each attempt takes one for itself, so there are as
 * many as attempts that run apart, and some that were used within the last 30 s.
 */
export class Cells {
  private readonly needs = new Map<Cell, CellNeed>();
  /** The last one used is the next one used, so that the others can end. */
  private readonly idle = new Map<Cell, IdleCell>();
  /** By {@link keyOf}. */
  private readonly starts = new Map<string, Starts>();
  private readonly closing = new AbortController();

  constructor(private readonly options: CellsOptions) {}

  /** Whether none is given any more. */
  get isClosed(): boolean {
    return this.closing.signal.aborted;
  }

  /**
   * A cell that takes orders; undefined where the program cannot be started again so, and once all are closed. Where it has been started
   * before it is tried until it starts: what hinders it (no memory left, a database that is away) passes.
   * @param isFresh whether no attempt may have run in it before
   */
  async take(need: CellNeed, isFresh = false): Promise<Cell | undefined> {
    const idle = this.takeIdle(need);
    if (idle && !isFresh) return idle;
    void idle?.end(); // in its place
    const starts = this.startsFor(need);
    while (!this.isClosed) {
      if (!starts.hasSucceeded && this.options.monotonic() - starts.failedAt < failedMs) return undefined;
      const started = await this.start(need);
      if (started instanceof Cell) {
        starts.hasSucceeded = true;
        return started;
      }
      if (!this.isClosed) this.noteFailure(starts, started);
      if (!starts.hasSucceeded) return undefined;
      await sleep(againMs, undefined, { signal: this.closing.signal }).catch(() => undefined);
    }
    return undefined;
  }

  /** Keeps a cell for the next attempt. One that has ended is not kept, one in which a handler may still run is ended. */
  giveBack(used: Cell): void {
    if (used.isOver || used.isBusy || this.isClosed) return void used.end();
    const end = setTimeout(() => void used.end(), idleMs).unref();
    this.idle.set(used, { need: this.needs.get(used)!, end });
  }

  /** Ends all, whatever they do. */
  async close(): Promise<void> {
    this.closing.abort();
    await Promise.all([...this.needs.keys()].map((each) => each.end()));
  }

  private takeIdle(need: CellNeed): Cell | undefined {
    const fits = ([cell, idle]: [Cell, IdleCell]) => keyOf(idle.need) === keyOf(need) && !cell.isOver;
    const found = [...this.idle].findLast(fits)?.[0];
    if (found) this.forget(found);
    return found;
  }

  private startsFor(need: CellNeed): Starts {
    const key = keyOf(need);
    const known = this.starts.get(key);
    if (known) return known;
    const none = { hasSucceeded: false, failedAt: -Infinity };
    this.starts.set(key, none);
    return none;
  }

  /** @returns the cell, or why there is none */
  private async start(need: CellNeed): Promise<Cell | NoStart> {
    let started: Cell;
    try {
      started = new kinds[need.kind](this.options.program, need.heapMiB ?? defaultHeapMiB());
    } catch (error) {
      return { err: error }; // the machine has no room for one
    }
    this.needs.set(started, need);
    void started.ended.then(() => {
      this.needs.delete(started);
      this.forget(started);
    });
    if ((await inTime(started.isReady, startMs)) === true) return started;
    await started.end();
    return started.ended;
  }

  /** One line for as long as no start is tried, or all fail. */
  private noteFailure(starts: Starts, why: NoStart): void {
    const { program, logger, monotonic } = this.options;
    const now = monotonic();
    if (now - starts.failedAt < failedMs) return;
    starts.failedAt = now;
    logger.warn(
      { program: program.file, ...why },
      'program not started again: until it is, suspects run in the worker or wait, isolated jobs fail or wait',
    );
  }

  private forget(cell: Cell): void {
    clearTimeout(this.idle.get(cell)?.end);
    this.idle.delete(cell);
  }
}

function keyOf({ kind, heapMiB }: CellNeed): string {
  return `${kind} ${heapMiB}`;
}

/** Half of the memory that the machine has, or the control group of the process. */
function defaultHeapMiB(): number {
  const limit = process.constrainedMemory();
  const bytes = limit > 0 ? Math.min(limit, totalmem()) : totalmem();
  return Math.max(64, Math.floor(bytes / 2 / 1_048_576));
}
