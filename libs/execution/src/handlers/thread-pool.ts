import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Transferable } from 'node:worker_threads';
import { Piscina } from 'piscina';

/** One call of a function in another thread. */
export interface ThreadTask {
  /** The module whose default export is called with `input`; e.g. `new URL('./resize.thread.js', import.meta.url)`. */
  readonly script: URL;
  /** Copied to the thread (structured clone). */
  readonly input: unknown;
  /** Parts of `input` that are handed over instead of copied. */
  readonly transfer?: readonly Transferable[];
}

/** What {@link ThreadPool} takes. */
export interface ThreadPoolOptions {
  /** Threads at most; further tasks wait. Default: one for each processor. */
  readonly threads?: number;
  /** MiB of JavaScript heap a thread may take; one that needs more is ended and its task fails. Default 512. */
  readonly heapMiB?: number;
}

/** Threads for handlers. They start when first needed and end after half a minute without work. */
export class ThreadPool {
  private readonly pool: Piscina;

  constructor({ threads = availableParallelism(), heapMiB = 512 }: ThreadPoolOptions = {}) {
    this.pool = new Piscina({
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: 30_000,
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    });
  }

  /**
   * Runs a task; when `signal` aborts, its thread is ended and another one takes its place.
   * @throws what the task throws; an `AbortError` once aborted
   */
  async run<Output>({ script, input, transfer }: ThreadTask, signal: AbortSignal): Promise<Output> {
    return (await this.pool.run(input, {
      filename: fileURLToPath(script),
      signal,
      ...(transfer === undefined ? {} : { transferList: [...transfer] }),
    })) as Output;
  }

  /** Ends every thread, whatever it does. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}
