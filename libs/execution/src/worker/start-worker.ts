import { Inject, Injectable, Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import type { DefinedHandler, QueueDefinition } from '@jobstream/contracts';
import type { DatabaseOptions } from '@jobstream/database';
import { contextToken, NestErrors, PlatformModule, rootModule } from '@jobstream/platform';
import {
  readSettings,
  runChildProcess,
  runProcess,
  startOpsServer,
  type ProcessContext,
  type StopProcess,
} from '@jobstream/runtime';
import { z } from 'zod';
import { BrokerClock } from '@jobstream/kafka';
import type { Program } from '../apart/cell.js';
import { findOwnCell, type OwnCell } from '../apart/own-cell.js';
import { OrderServer } from '../apart/serve-orders.js';
import { HandlerRegistry } from '../handlers/handler-registry.js';
import { ThreadPool } from '../handlers/thread-pool.js';
import { loopSettings, ProcessFactory } from './process-factory.js';
import { findProgram } from './program.js';
import { Watchdog } from './watchdog.js';
import type { WorkerProcess } from './worker-process.js';

const handlerBeatMs = 500;

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
  /**
   * Whether suspects run in processes of their own. Not for handlers that need what only the worker has, such as the job types that it
   * follows; isolated jobs fail there. Default true.
   */
  readonly runsSuspectsApart?: boolean;
  /** How the handlers reach Postgres. Claims and limits have connections of their own. */
  readonly database?: Omit<DatabaseOptions, 'applicationName'>;
}

/**
 * The whole main of a worker app: runs its handlers for the jobs of its queues until SIGTERM. Settings: `KAFKA_*`,
 * `DATABASE_URL`, `CONCURRENCY`, `CLAIM_LEASE_SECONDS`, `JOBSTREAM_OWNER` and the common ones.
 *
 * Exits with code 1, and a line that names the fix, if a queue has no handler, or a job type has several.
 *
 * The worker starts its program again for suspects and isolated jobs. In such a process or thread this calls handlers as the worker
 * orders, until that has gone.
 */
export function startWorker(options: WorkerOptions): Promise<void> {
  const name = `${nameOf(options)}-worker`;
  const cell = findOwnCell();
  if (cell) return runChildProcess(name, (context) => serveHandlers(options, context, cell));
  const [, file] = process.argv;
  const isApart = options.runsSuspectsApart ?? true;
  const program = isApart && file !== undefined ? { file, environment: process.env } : undefined;
  return runProcess(name, (context) => serveWorker(options, context, program));
}

/**
 * Starts a worker in a process that is set up already.
 * @param program what it starts for suspects and isolated jobs; without it suspects run in the worker, and isolated jobs fail
 * @returns the function that stops it
 */
export async function serveWorker(
  options: WorkerOptions,
  context: ProcessContext,
  program?: Program,
): Promise<StopProcess> {
  const { settings, health, metrics, logger } = context;
  const errors = new NestErrors();
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(
    rootModule(context, WorkerModule.of(options), ...(options.module ? [options.module] : [])),
    {
      inject: [WorkerFactory],
      useFactory: (factory: WorkerFactory) => ({ strategy: factory.create(options, program) }),
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

/** Calls the handlers of a worker in a cell, with all that they inject, but consumes nothing. */
async function serveHandlers(options: WorkerOptions, context: ProcessContext, cell: OwnCell): Promise<void> {
  const errors = new NestErrors();
  const app = await NestFactory.createApplicationContext(
    rootModule(context, WorkerModule.of(options), ...(options.module ? [options.module] : [])),
    { logger: errors, abortOnError: false },
  );
  const clock = app.get(BrokerClock);
  const watchdog = cell.isThread ? undefined : watchLoop(context);
  const server = new OrderServer(
    {
      handlers: app.get(HandlerRegistry).handlersOf(options.queues, options.handlers),
      logger: context.logger,
      threads: new ThreadPool(),
      clock,
      // No broker has this number: the worker says what the brokers have told it.
      observe: (now) => clock.observe(-1, now),
      letStand: (mayStand) => watchdog?.letStand(mayStand),
    },
    (report) => cell.send(report),
  );
  context.errors.judgeRejection = (error) => server.takeRejection(error);
  cell.onOrder((order) => server.take(order));
  cell.send({ kind: 'ready' });
}

/** Watches the event loop of a handler process as that of a worker; one that stands still would also outlive its worker. */
function watchLoop({ service, environment }: ProcessContext): Watchdog {
  const { LOOP_STAND_SECONDS } = readSettings(loopSettings, environment);
  const limitMs = LOOP_STAND_SECONDS === 0 ? Infinity : LOOP_STAND_SECONDS * 1_000;
  const watchdog = new Watchdog({ limitMs, service, parent: process.ppid });
  setInterval(() => watchdog.beat([]), handlerBeatMs).unref();
  return watchdog;
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
  create(options: WorkerOptions, program: Program | undefined): WorkerProcess {
    const { queues, concurrency: defaultConcurrency, owner: defaultOwner = findProgram().name } = options;
    const {
      JOBSTREAM_OWNER: owner,
      CONCURRENCY: concurrency,
      SUSPECT_PROCESSES: suspects,
    } = readSettings(workerSettings(defaultConcurrency, defaultOwner), this.context.environment);
    const handlers = this.registry.handlersOf(queues, options.handlers);
    if (!program) this.context.logger.info('suspects run in the worker');
    const worker = this.processes.create({
      name: nameOf(options),
      queues: new Set(handlers.keys()),
      apart: program && { program, suspects },
    });
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
    SUSPECT_PROCESSES: z.coerce.number().int().min(0).max(100).default(2),
  });
}

/** `CONCURRENCY`: handlers that run at the same time, of each queue of a process. */
export function concurrencySetting(byDefault: number): z.ZodDefault<z.ZodCoercedNumber> {
  return z.coerce.number().int().min(1).max(10_000).default(byDefault);
}
