import 'reflect-metadata';
import { Module, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import type { AsyncMicroserviceOptions } from '@nestjs/microservices';
import type { JobDefinition, QueueDefinition } from '@jobstream/contracts';
import { jobDefinitions } from '@jobstream/jobs';
import { databaseSettingsFromEnv } from '@jobstream/database';
import { KafkaConnection, kafkaSettingsFromEnv } from '@jobstream/kafka';
import {
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
  /** The Nest module whose providers include the handlers. */
  readonly module: Type;
  /** Default of `CONCURRENCY`: handlers that run at the same time in one process. */
  readonly concurrency: number;
  /** All job types; those of other queues are left to their workers. Default: the job types that ship. */
  readonly definitions?: readonly JobDefinition[];
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
  const app = await NestFactory.createMicroservice<AsyncMicroserviceOptions>(rootOf(options.module), {
    inject: [HandlerRegistry],
    useFactory: (registry: HandlerRegistry) => ({ strategy: strategyOf(options, context, registry) }),
    logger: false,
    abortOnError: false,
  });
  const ops = await startOpsServer({ settings, health, metrics });
  await app.listen();
  logger.info({ queue: options.queue.name, port: ops.port }, 'worker started');
  return async () => {
    await app.close();
    await ops.close();
  };
}

function rootOf(module: Type) {
  return { module: WorkerRootModule, imports: [module] };
}

@Module({ imports: [DiscoveryModule], providers: [HandlerRegistry] })
class WorkerRootModule {}

function strategyOf(
  options: WorkerOptions,
  context: ProcessContext,
  registry: HandlerRegistry,
): JobWorkerStrategy {
  const { queue } = options;
  const { environment, settings, logger } = context;
  const { CONCURRENCY, CLAIM_LEASE_SECONDS } = readSettings(
    z.object({
      CONCURRENCY: z.coerce.number().int().min(1).max(10_000).default(options.concurrency),
      CLAIM_LEASE_SECONDS: z.coerce
        .number()
        .min(1)
        .max(3_600)
        .default(defaultLeaseMs / 1_000),
    }),
    environment,
  );
  const known = options.definitions ?? jobDefinitions;
  const definitions = known.filter((definition) => definition.queue.name === queue.name);
  const connection = new KafkaConnection(
    {
      ...kafkaSettingsFromEnv(environment),
      logger: (level, message, about) => logger[level](about, message),
    },
    context.metrics,
  );
  return new JobWorkerStrategy({
    ...context,
    queue,
    definitions,
    known,
    handlers: registry.handlersOf(queue, known),
    connection,
    database: databaseSettingsFromEnv(environment),
    claimLeaseMs: CLAIM_LEASE_SECONDS * 1_000,
    namespace: settings.JOBSTREAM_NAMESPACE,
    topicSize: settings.JOBSTREAM_TOPIC_SIZE,
    concurrency: CONCURRENCY,
    drainMs: settings.DRAIN_SECONDS * 1_000,
  });
}
