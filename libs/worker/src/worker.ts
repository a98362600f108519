import { isDeepStrictEqual } from 'node:util';
import type { DefinedHandler, QueueDefinition } from '@jobstream/contracts';

/** What a worker runs. */
export interface WorkerOptions {
  /** Each made by `definition.handle(...)`. The worker serves their job types, and their queues side by side. */
  readonly handlers: readonly DefinedHandler[];
  /** Handlers of each queue that run at the same time in this process, unless `CONCURRENCY` says otherwise. Default 10. */
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
   * Ends the process with code 1, and a line that names the fix, if a setting is wrong or a job type has two handlers.
   */
  run(): Promise<void>;
}

const defaultConcurrency = 10;

/**
 * A worker of these handlers. What runs jobs (Kafka and more) is loaded by `run`, and not before.
 * @throws TypeError when there is no handler, or a queue is defined in two ways
 */
export function worker({ handlers, concurrency = defaultConcurrency, owner }: WorkerOptions): Worker {
  if (handlers.length === 0)
    throw new TypeError('worker() has no handlers. Make one of a definition: handlers: [job.handle(…)].');
  const queues = queuesOf(handlers);
  return {
    run: async () => {
      const { startWorker } = await import('@jobstream/execution');
      await startWorker({ queues, handlers, concurrency, owner });
    },
  };
}

/** The queues of the handlers, each once. */
function queuesOf(handlers: readonly DefinedHandler[]): QueueDefinition[] {
  const byName = new Map<string, QueueDefinition>();
  for (const { definition } of handlers) {
    const { queue } = definition;
    const known = byName.get(queue.name) ?? queue;
    if (!isDeepStrictEqual(known, queue))
      throw new TypeError(`The queue "${queue.name}" is defined in two ways: define it once and share it.`);
    byName.set(queue.name, known);
  }
  return [...byName.values()];
}
