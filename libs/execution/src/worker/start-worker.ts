import { Inject, Injectable, Module, type DynamicModule, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import { Topics, type JobDefinition, type QueueDefinition } from '@jobstream/contracts';
import type { DatabaseOptions, DatabaseSettings } from '@jobstream/database';
import { jobDefinitions } from '@jobstream/jobs';
import { KafkaConnection, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import {
  contextToken,
  databaseSettingsToken,
  NestErrors,
  PlatformModule,
  rootModule,
} from '@jobstream/platform';
import {
  ClockWatch,
  readSettings,
  runProcess,
  startOpsServer,
  type ProcessContext,
  type StopProcess,
} from '@jobstream/runtime';
import { z } from 'zod';
import { defaultLeaseMs } from '../claims/claim-store.js';
import { HandlerRegistry } from '../handlers/handler-registry.js';
import { JobWorkerStrategy } from './job-worker-strategy.js';

export interface WorkerOptions {
  /** The queue whose jobs the worker runs. */
  readonly queue: QueueDefinition;
  /** The Nest module whose providers include the handlers. They may inject everything that {@link PlatformModule} has. */
  readonly module: Type;
  /** Default of `CONCURRENCY`: handlers that run at the same time in one process. */
  readonly concurrency: number;
  /** All job types; those of other queues are left to their workers. Default: the job types that ship. */
  readonly definitions?: readonly JobDefinition[];
  /** How the handlers reach Postgres. Claims and limits have connections of their own. */
  readonly database?: Omit<DatabaseOptions, 'applicationName'>;
}

/**
 * The whole main of a worker app: runs the handlers of `module` for the jobs of `queue` until SIGTERM. Settings: `KAFKA_*`,
 * `DATABASE_URL`, `CONCURRENCY`, `CLAIM_LEASE_SECONDS` and the common ones.
 *
 * Exits with code 1, and a line that names the fix, if a job type of the queue has no handler or several.
 */
export function startWorker(options: WorkerOptions): Promise<void> {
  return runProcess(`${options.queue.name}-worker`, (context) => serveWorker(options, context));
}

/** Starts a worker in a process that is set up already. @returns the function that stops it */
export async function serveWorker(options: WorkerOptions, context: ProcessContext): Promise<StopProcess> {
  const { settings, health, metrics, logger } = context;
  const errors = new NestErrors();
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(
    rootModule(context, WorkerModule.of(options), options.module),
    {
      inject: [StrategyFactory],
      useFactory: (factory: StrategyFactory) => ({ strategy: factory.create(options) }),
      logger: errors,
      abortOnError: false,
    },
  );
  const ops = await startOpsServer({ settings, health, metrics });
  await app.listen();
  logger.info({ queue: options.queue.name, port: ops.port }, 'worker started');
  return async () => {
    await app.close();
    await ops.close();
    errors.throwFirst();
  };
}

/** Makes the strategy once all handlers exist. */
@Injectable()
class StrategyFactory {
  constructor(
    @Inject(contextToken) private readonly context: ProcessContext,
    @Inject(databaseSettingsToken) private readonly database: DatabaseSettings,
    private readonly registry: HandlerRegistry,
    private readonly topics: Topics,
    private readonly connection: KafkaConnection,
    private readonly admin: TopicAdmin,
    private readonly producer: RecordProducer,
    private readonly clockWatch: ClockWatch,
  ) {}

  /** @throws SettingsError, HandlerRegistryError */
  create({ queue, concurrency, definitions = jobDefinitions }: WorkerOptions): JobWorkerStrategy {
    const { environment, settings, logger, metrics, health, instance, fatal } = this.context;
    const { database, topics, connection, admin, producer, clockWatch } = this;
    const { CONCURRENCY, CLAIM_LEASE_SECONDS } = readSettings(workerSettings(concurrency), environment);
    return new JobWorkerStrategy({
      queue,
      topics,
      connection,
      admin,
      producer,
      clockWatch,
      database,
      logger,
      metrics,
      health,
      instance,
      fatal,
      definitions: definitions.filter((definition) => definition.queue.name === queue.name),
      handlers: this.registry.handlersOf(queue, definitions),
      claimLeaseMs: CLAIM_LEASE_SECONDS * 1_000,
      topicSize: settings.JOBSTREAM_TOPIC_SIZE,
      concurrency: CONCURRENCY,
      drainMs: settings.DRAIN_SECONDS * 1_000,
    });
  }
}

@Module({ imports: [DiscoveryModule], providers: [HandlerRegistry, StrategyFactory] })
class WorkerModule {
  static of({ definitions = jobDefinitions, database }: WorkerOptions): DynamicModule {
    const platform = PlatformModule.of({ definitions, database, clocks: { broker: 'needed' } });
    return { module: WorkerModule, imports: [platform] };
  }
}

function workerSettings(defaultConcurrency: number) {
  return z.object({
    CONCURRENCY: z.coerce.number().int().min(1).max(10_000).default(defaultConcurrency),
    CLAIM_LEASE_SECONDS: z.coerce
      .number()
      .min(1)
      .max(3_600)
      .default(defaultLeaseMs / 1_000),
  });
}
