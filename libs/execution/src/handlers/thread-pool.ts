import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { ThreadTask } from '@jobstream/contracts';
import { Piscina } from 'piscina';

export interface ThreadPoolOptions {
  /** Further tasks wait. Default: one thread for each processor. */
  readonly maxThreads?: number;
  /** JavaScript heap of a thread in MiB; a thread that needs more is ended and its task fails. Default 512. */
  readonly heapMiB?: number;
}

/** Threads for handlers. A thread starts when it is needed and ends after 30 s without work. */
export class ThreadPool {
  private readonly pool: Piscina;

  constructor({ maxThreads = availableParallelism(), heapMiB = 512 }: ThreadPoolOptions = {}) {
    this.pool = new Piscina({
      minThreads: 0,
      maxThreads,
      idleTimeout: 30_000,
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
    });
  }

  /**
   * Runs a task. When `signal` aborts, its thread is ended and another one replaces it.
   * @throws the error of the task; an `AbortError` once aborted
   */
  async run<Output>({ script, input, transfer }: ThreadTask, signal: AbortSignal): Promise<Output> {
    return (await this.pool.run(input, {
      filename: fileURLToPath(script),
      signal,
      ...(transfer === undefined ? {} : { transferList: [...transfer] }),
    })) as Output;
  }

  /** Ends all threads, whatever they do. */
  async close(): Promise<void> {
    await this.pool.destroy();
  }
}
