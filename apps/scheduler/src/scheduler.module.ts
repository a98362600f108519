import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { Topics } from '@jobstream/contracts';
import { Database } from '@jobstream/database';
import { FlowCoordinator } from '@jobstream/flows';
import { JobIntake, UniqueJobs } from '@jobstream/intake';
import { JobTypeBook } from '@jobstream/job-types';
import { maxDeliveryRetries } from '@jobstream/jobs';
import { BrokerClock, KafkaConnection, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { OrderWriter } from '@jobstream/orders';
import { contextToken, loggerToken, PlatformModule, provide, tokenOf } from '@jobstream/platform';
import { JobQueries, LogEnds, ProjectionProgress } from '@jobstream/projection';
import { ReplayRunner, type Projection } from '@jobstream/replay';
import { readSettings, type ProcessContext } from '@jobstream/runtime';
import { WebhookFollower, WebhookStore } from '@jobstream/webhooks';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { SchedulerService } from './scheduler.service.js';

const projectionToken = tokenOf<Projection>('Projection');

/**
 * A scheduler: fires schedules, holds delayed jobs until they are due, runs replays and bulk actions, makes the deliveries of webhooks, moves flows
 * on. Run two or more, so that one is left when another dies. Settings: `KAFKA_*`, `DATABASE_URL`, `WEBHOOK_RETRIES` and the common ones.
 */
@Module({
  imports: [
    ScheduleModule.forRoot(),
    PlatformModule.of({
      // Postgres says what is due, the broker dates what is produced.
      clocks: { broker: 'needed', postgres: 'needed' },
    }),
  ],
  providers: [
    SchedulerService,
    provide(JobIntake, {
      producer: RecordProducer,
      topics: Topics,
      jobTypes: JobTypeBook,
      uniqueJobs: UniqueJobs,
    }),
    {
      provide: UniqueJobs,
      inject: [Database, BrokerClock, Registry],
      useFactory: createUniqueJobs,
    },
    provide(JobQueries, [Database]),
    provide(ProjectionProgress, [Database]),
    {
      provide: projectionToken,
      inject: [JobQueries, ProjectionProgress, TopicAdmin, Topics],
      useFactory: readProjection,
    },
    provide(OrderWriter, [RecordProducer, Topics]),
    provide(ReplayRunner, {
      connection: KafkaConnection,
      database: Database,
      intake: JobIntake,
      projection: projectionToken,
      orders: OrderWriter,
      logger: loggerToken,
    }),
    {
      provide: FlowCoordinator,
      inject: [contextToken, KafkaConnection, TopicAdmin, Topics, Database, JobIntake],
      useFactory: createCoordinator,
    },
    provide(WebhookStore, [Database]),
    {
      provide: WebhookFollower,
      inject: [contextToken, KafkaConnection, TopicAdmin, Topics, Database, JobIntake, WebhookStore],
      useFactory: createFollower,
    },
  ],
})
export class SchedulerModule {}

const webhookSettings = z.object({
  /** How often the delivery of an event is tried again. */
  WEBHOOK_RETRIES: z.coerce.number().int().min(0).max(maxDeliveryRetries).default(maxDeliveryRetries),
});

/** A firing whose key is in doubt is looked at again: it holds up no other. */
const keyPatienceMs = 500;

function createUniqueJobs(database: Database, clock: BrokerClock, metrics: Registry): UniqueJobs {
  return new UniqueJobs(database, clock, metrics, keyPatienceMs);
}

function createFollower(
  { environment, logger, metrics, fatal }: ProcessContext,
  connection: KafkaConnection,
  admin: TopicAdmin,
  topics: Topics,
  database: Database,
  intake: JobIntake,
  webhooks: WebhookStore,
): WebhookFollower {
  return new WebhookFollower({
    connection,
    admin,
    topics,
    database,
    intake,
    webhooks,
    maxRetries: readSettings(webhookSettings, environment).WEBHOOK_RETRIES,
    metrics,
    logger,
    onFatal: fatal,
  });
}

function createCoordinator(
  { logger, metrics, fatal }: ProcessContext,
  connection: KafkaConnection,
  admin: TopicAdmin,
  topics: Topics,
  database: Database,
  intake: JobIntake,
): FlowCoordinator {
  return new FlowCoordinator({
    connection,
    admin,
    topics,
    database,
    intake,
    metrics,
    logger,
    onFatal: fatal,
  });
}

function readProjection(
  queries: JobQueries,
  progress: ProjectionProgress,
  admin: TopicAdmin,
  topics: Topics,
): Projection {
  const ends = LogEnds.ofAll(admin, topics);
  return { queries, waitUntilCurrent: (timeoutMs) => progress.waitUntilCurrent(ends, timeoutMs) };
}
