import type { DefinedHandler } from '@jobstream/contracts';

/** What a worker runs. */
export interface WorkerOptions {
  /** The handlers of one queue, each made by `definition.handle(...)`. The worker serves their job types. */
  readonly handlers: readonly DefinedHandler[];
  /** Handlers that run at the same time in this process, unless `CONCURRENCY` says otherwise. Default 10. */
  readonly concurrency?: number;
  /**
   * Who publishes the job types: the same in each process of a deployment and in its next version. Default: the name in the nearest
   * package.json of the program, unless `JOBSTREAM_OWNER` says otherwise.
   */
  readonly owner?: string;
}

/** A worker that has not started yet. */
export interface Worker {
  /**
   * The whole main of a worker process: publishes the job types, then runs jobs until SIGTERM or SIGINT, and ends the process with
   * code 0. Settings come from the environment: `KAFKA_BROKERS`, `DATABASE_URL` and others, see docs/configuration.md.
   *
   * Ends the process with code 1, and a line that names the fix, if a setting is wrong, a job type has two handlers, or there are
   * handlers of two queues.
   */
  run(): Promise<void>;
}

const defaultConcurrency = 10;

/**
 * A worker of these handlers. What runs jobs (Kafka and more) is loaded by `run`, and not before.
 * @throws TypeError when there is no handler
 */
export function worker({ handlers, concurrency = defaultConcurrency, owner }: WorkerOptions): Worker {
  const [first] = handlers;
  if (first === undefined)
    throw new TypeError('worker() has no handlers. Make one of a definition: handlers: [job.handle(…)].');
  const { queue } = first.definition;
  return {
    run: async () => {
      const { startWorker } = await import('@jobstream/execution');
      await startWorker({ queue, handlers, concurrency, owner });
    },
  };
}
