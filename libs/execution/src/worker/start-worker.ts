import { Inject, Injectable, Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import type { DefinedHandler, QueueDefinition } from '@jobstream/contracts';
import type { DatabaseOptions } from '@jobstream/database';
import { contextToken, NestErrors, PlatformModule, rootModule } from '@jobstream/platform';
import {
  readSettings,
  runProcess,
  startOpsServer,
  type ProcessContext,
  type StopProcess,
} from '@jobstream/runtime';
import { z } from 'zod';
import { HandlerRegistry } from '../handlers/handler-registry.js';
import { programName } from './program-name.js';
import { ProcessFactory } from './process-factory.js';
import type { WorkerProcess } from './worker-process.js';

export interface WorkerOptions {
  /** The queues whose jobs the worker runs, one at least. */
  readonly queues: readonly QueueDefinition[];
  /** The Nest module whose providers include the handlers. They may inject everything that {@link PlatformModule} has. Default none. */
  readonly module?: Type;
  /** Handlers that are functions, beside those of `module`. Default none. */
  readonly handlers?: readonly DefinedHandler[];
  /** Default of `CONCURRENCY`: handlers of each queue that run at the same time in one process. */
  readonly concurrency: number;
  /**
   * Who publishes the job types: the same in each process of a deployment and in its next version. Default: the name in the nearest
   * package.json of the program, unless `JOBSTREAM_OWNER` says otherwise.
   */
  readonly owner?: string;
  /** How the handlers reach Postgres. Claims and limits have connections of their own. */
  readonly database?: Omit<DatabaseOptions, 'applicationName'>;
}

/**
 * The whole main of a worker app: runs its handlers for the jobs of its queues until SIGTERM. Settings: `KAFKA_*`,
 * `DATABASE_URL`, `CONCURRENCY`, `CLAIM_LEASE_SECONDS`, `JOBSTREAM_OWNER` and the common ones.
 *
 * Exits with code 1, and a line that names the fix, if a queue has no handler, or a job type has several.
 */
export function startWorker(options: WorkerOptions): Promise<void> {
  return runProcess(`${nameOf(options)}-worker`, (context) => serveWorker(options, context));
}

/** Starts a worker in a process that is set up already. @returns the function that stops it */
export async function serveWorker(options: WorkerOptions, context: ProcessContext): Promise<StopProcess> {
  const { settings, health, metrics, logger } = context;
  const errors = new NestErrors();
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(
    rootModule(context, WorkerModule.of(options), ...(options.module ? [options.module] : [])),
    {
      inject: [WorkerFactory],
      useFactory: (factory: WorkerFactory) => ({ strategy: factory.create(options) }),
      logger: errors,
      abortOnError: false,
    },
  );
  const ops = await startOpsServer({ settings, health, metrics });
  await app.listen();
  logger.info({ queue: nameOf(options), port: ops.port }, 'worker started');
  return async () => {
    await app.close();
    await ops.close();
    errors.throwFirst();
  };
}

/** Makes the worker once all handlers exist. */
@Injectable()
class WorkerFactory {
  constructor(
    @Inject(contextToken) private readonly context: ProcessContext,
    private readonly registry: HandlerRegistry,
    private readonly processes: ProcessFactory,
  ) {}

  /** @throws SettingsError, HandlerRegistryError */
  create(options: WorkerOptions): WorkerProcess {
    const { queues, concurrency: defaultConcurrency, owner: defaultOwner = programName() } = options;
    const { JOBSTREAM_OWNER: owner, CONCURRENCY: concurrency } = readSettings(
      workerSettings(defaultConcurrency, defaultOwner),
      this.context.environment,
    );
    const handlers = this.registry.handlersOf(queues, options.handlers);
    const worker = this.processes.create({ name: nameOf(options), queues: new Set(handlers.keys()) });
    for (const queue of queues)
      worker.serve({ queue, handlers: handlers.get(queue.name)!, concurrency, owner });
    return worker;
  }
}

/** No queue is called like several: their names have no plus. */
function nameOf({ queues }: WorkerOptions): string {
  return queues.map(({ name }) => name).join('+');
}

@Module({ imports: [DiscoveryModule], providers: [HandlerRegistry, ProcessFactory, WorkerFactory] })
class WorkerModule {
  static of({ database }: WorkerOptions): DynamicModule {
    const platform = PlatformModule.of({ database, clocks: { broker: 'needed' } });
    return { module: WorkerModule, imports: [platform] };
  }
}

function workerSettings(defaultConcurrency: number, defaultOwner: string) {
  return z.object({
    JOBSTREAM_OWNER: z.string().min(1).max(214).default(defaultOwner),
    CONCURRENCY: concurrencySetting(defaultConcurrency),
  });
}

/** `CONCURRENCY`: handlers that run at the same time, of each queue of a process. */
export function concurrencySetting(byDefault: number): z.ZodDefault<z.ZodCoercedNumber> {
  return z.coerce.number().int().min(1).max(10_000).default(byDefault);
}
