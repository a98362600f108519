import { Module } from '@nestjs/common';
import { ApiKeyStore, AuditStore } from '@jobstream/access';
import { callSettings } from '@jobstream/calls';
import { Topics } from '@jobstream/contracts';
import { Database, DatabaseClock } from '@jobstream/database';
import { downloadSettings } from '@jobstream/downloads';
import { EndpointSecrets, FailingServers } from '@jobstream/endpoints';
import { Flows, UnstartedSteps } from '@jobstream/flows';
import { ClaimStore } from '@jobstream/execution';
import { AcceptedJobs, JobIntake, UniqueJobs } from '@jobstream/intake';
import { JobTypeBook } from '@jobstream/job-types';
import { BrokerClock, LogReader, RecordProducer, TopicAdmin, TopicFollower } from '@jobstream/kafka';
import { KeyUse, LimitUse } from '@jobstream/limits';
import { OrderReader, OrderWriter } from '@jobstream/orders';
import { loggerToken, PlatformModule, provide, provideFrom } from '@jobstream/platform';
import { storageProvider } from '@jobstream/platform/storage';
import {
  ActiveJobs,
  ErrorGroups,
  JobCounts,
  JobLogProgress,
  JobLogRows,
  JobQueries,
  ProjectionProgress,
  Throughput,
} from '@jobstream/projection';
import { Actions, DeadLetters, Replays, RunOrigins } from '@jobstream/replay';
import { Schedules } from '@jobstream/scheduling';
import {
  CatchUp,
  FailingEndpoints,
  JobExplanations,
  JobFactReader,
  JobFeed,
  JobLists,
  JobLogs,
  JobReader,
  JobRuns,
  JobStreams,
  JobWaits,
  OrdersInForce,
  LimitsInUse,
  LiveBoard,
  LogReadings,
  QueueMetrics,
  QueueStates,
  QueueViews,
  ShownJobs,
  TopicList,
  TopicRecords,
  Workers,
} from '@jobstream/status';
import { Webhooks } from '@jobstream/webhooks';
import { Registry } from 'prom-client';
import { ApiKeysController } from './access/api-keys.controller.js';
import { ApiKeys } from './access/api-keys.js';
import { SessionController } from './access/session.controller.js';
import {
  allEndsToken,
  allowedHostsToken,
  endpointHostsToken,
  auditTrailProvider,
  idempotencyKeysProvider,
  jobFeedProvider,
  keyRequirementProvider,
  keyRingProvider,
  logEndsProviders,
  logLinesCatchUpProvider,
  logLinesCatchUpToken,
  followerProvider,
  orderReaderProvider,
  projectionProvider,
  projectionToken,
  rebuildsProvider,
  requestEndsToken,
} from './api-providers.js';
import { ActionsController } from './actions/actions.controller.js';
import { AuditController } from './audit/audit.controller.js';
import { BackgroundTasks } from './background-tasks.js';
import { ConsoleController } from './console/console.controller.js';
import { CountsController } from './counts/counts.controller.js';
import { ThroughputController } from './counts/throughput.controller.js';
import { DocsController } from './docs/docs.controller.js';
import { ErrorGroupsController } from './error-groups/error-groups.controller.js';
import { ApiHealth } from './health/api-health.js';
import { HealthController } from './health/health.controller.js';
import { ImageUploads } from './images/image-uploads.js';
import { ImagesController } from './images/images.controller.js';
import { JobTypesController } from './job-types/job-types.controller.js';
import { EndpointTypes } from './job-types/endpoint-types.js';
import { JobTypeMetrics } from './job-types/job-type-metrics.js';
import { PublishedJobTypes } from './job-types/published-job-types.js';
import { JobCancels } from './jobs/job-cancels.js';
import { JobsController } from './jobs/jobs.controller.js';
import { Submissions } from './jobs/submissions.js';
import { OpenRequests } from './live/open-requests.js';
import { FlowsController } from './flows/flows.controller.js';
import { QueueOrders } from './queues/queue-orders.js';
import { QueuesController } from './queues/queues.controller.js';
import { RebuildsController } from './rebuilds/rebuilds.controller.js';
import { DeadLettersController } from './replays/dead-letters.controller.js';
import { JobReplaysController } from './replays/job-replays.controller.js';
import { ReplaysController } from './replays/replays.controller.js';
import { Reports } from './reports/reports.js';
import { ReportsController } from './reports/reports.controller.js';
import { SchedulesController } from './schedules/schedules.controller.js';
import { SignUpController } from './sign-up/sign-up.controller.js';
import { TasksController } from './tasks/tasks.controller.js';
import { TopicsController } from './topics/topics.controller.js';
import { ReceiverUrls } from './webhooks/receiver-urls.js';
import { WorkersController } from './workers/workers.controller.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';

/** The REST surface. */
export const controllers = [
  JobsController,
  FlowsController,
  ImagesController,
  TasksController,
  ReportsController,
  SignUpController,
  JobTypesController,
  QueuesController,
  WorkersController,
  TopicsController,
  SchedulesController,
  WebhooksController,
  CountsController,
  ThroughputController,
  ErrorGroupsController,
  ApiKeysController,
  SessionController,
  AuditController,
  ReplaysController,
  JobReplaysController,
  ActionsController,
  DeadLettersController,
  RebuildsController,
  HealthController,
  DocsController,
  ConsoleController,
];

/**
 * The REST server. Settings: `KAFKA_*`, `DATABASE_URL`, `STORAGE_DIR` or `STORAGE_URL`, `FETCH_ALLOW`, `ENDPOINT_ALLOW`,
 * `CAUGHT_MAIL_DIR`, `API_KEYS_REQUIRED`, `DATABASE_MAX_BYTES`, those of the traffic and the common ones.
 */
@Module({
  imports: [
    PlatformModule.of({
      // Accepted jobs are dated by the broker. While Postgres is away, jobs are accepted all the same.
      clocks: { broker: 'needed', postgres: 'watched' },
    }),
  ],
  controllers,
  providers: [
    BackgroundTasks,
    ApiHealth,
    OpenRequests,

    keyRequirementProvider,
    keyRingProvider,
    ApiKeys,
    provide(ApiKeyStore, [Database]),
    provide(AuditStore, [Database]),
    auditTrailProvider,

    Submissions,
    provide(AcceptedJobs, []),
    provide(JobIntake, {
      producer: RecordProducer,
      topics: Topics,
      jobTypes: JobTypeBook,
      accepted: AcceptedJobs,
      uniqueJobs: UniqueJobs,
    }),
    provide(UniqueJobs, [Database, BrokerClock, Registry]),
    idempotencyKeysProvider,
    provideFrom(downloadSettings, allowedHostsToken, ({ FETCH_ALLOW }) => FETCH_ALLOW),
    ImageUploads,
    Reports,
    storageProvider,

    ...logEndsProviders,
    provide(JobQueries, [Database]),
    provide(JobCounts, [Database]),
    provide(Throughput, [Database]),
    provide(ErrorGroups, [Database]),
    provide(ProjectionProgress, [Database]),
    provide(CatchUp, { ends: allEndsToken, progress: ProjectionProgress }),
    provide(ShownJobs, { progress: ProjectionProgress }),
    provide(JobReader, {
      queries: JobQueries,
      progress: ProjectionProgress,
      accepted: AcceptedJobs,
      shown: ShownJobs,
      steps: UnstartedSteps,
      ends: requestEndsToken,
      catchUp: CatchUp,
      databaseClock: DatabaseClock,
    }),
    provide(UnstartedSteps, [Database]),
    provide(JobLists, {
      queries: JobQueries,
      shown: ShownJobs,
      catchUp: CatchUp,
      databaseClock: DatabaseClock,
    }),
    jobFeedProvider,
    provide(JobWaits, { feed: JobFeed, reader: JobReader, shown: ShownJobs }),
    provide(JobStreams, {
      feed: JobFeed,
      reader: JobReader,
      shown: ShownJobs,
      queries: JobQueries,
      progress: ProjectionProgress,
      ends: allEndsToken,
      logs: JobLogRows,
      topics: Topics,
    }),
    provide(JobLogRows, [Database]),
    provide(JobLogProgress, [Database, TopicAdmin, Topics]),
    logLinesCatchUpProvider,
    provide(JobLogs, { reader: JobReader, rows: JobLogRows, catchUp: logLinesCatchUpToken }),
    provide(LogReadings, []),
    provide(TopicList, [TopicAdmin, Topics]),
    provide(TopicRecords, { admin: TopicAdmin, log: LogReader, topics: Topics, readings: LogReadings }),
    provide(RunOrigins, [Database]),
    provide(JobRuns, {
      reader: JobReader,
      queries: JobQueries,
      catchUp: CatchUp,
      log: LogReader,
      readings: LogReadings,
      origins: RunOrigins,
    }),

    QueueOrders,
    JobCancels,
    orderReaderProvider,
    followerProvider,
    provide(PublishedJobTypes, [
      JobTypeBook,
      TopicFollower,
      TopicAdmin,
      RecordProducer,
      Topics,
      EndpointSecrets,
    ]),
    provide(EndpointSecrets, [Database]),
    provide(FailingServers, [Database]),
    provideFrom(callSettings, endpointHostsToken, ({ ENDPOINT_ALLOW }) => ENDPOINT_ALLOW),
    provide(EndpointTypes, {
      jobTypes: PublishedJobTypes,
      book: JobTypeBook,
      secrets: EndpointSecrets,
      allowed: endpointHostsToken,
      brokerClock: BrokerClock,
    }),
    provide(JobTypeMetrics, [Registry, JobTypeBook]),
    provide(OrderWriter, [RecordProducer, Topics]),
    provide(OrdersInForce, [OrderReader, JobTypeBook, TopicFollower]),
    provide(QueueStates, [TopicAdmin, Topics, JobTypeBook]),
    provide(LimitUse, [Database]),
    provide(KeyUse, [Database]),
    provide(FailingEndpoints, [FailingServers, JobTypeBook]),
    provide(QueueViews, {
      states: QueueStates,
      admin: TopicAdmin,
      queries: JobQueries,
      orders: OrdersInForce,
      brokerClock: BrokerClock,
      failing: FailingEndpoints,
    }),
    provide(ActiveJobs, [Database]),
    provide(ClaimStore, [Database]),
    provide(LimitsInUse, {
      states: QueueStates,
      orders: OrdersInForce,
      limitUse: LimitUse,
      keyUse: KeyUse,
      active: ActiveJobs,
    }),
    provide(JobFactReader, {
      states: QueueStates,
      orders: OrdersInForce,
      limitUse: LimitUse,
      failing: FailingEndpoints,
      jobTypes: JobTypeBook,
      brokerClock: BrokerClock,
      queries: JobQueries,
      active: ActiveJobs,
      claims: ClaimStore,
      admin: TopicAdmin,
      topics: Topics,
      log: LogReader,
    }),
    provide(JobExplanations, {
      reader: JobReader,
      steps: UnstartedSteps,
      facts: JobFactReader,
      ends: allEndsToken,
      progress: ProjectionProgress,
    }),
    provide(QueueMetrics, [Registry, QueueViews]),
    provide(Workers, {
      admin: TopicAdmin,
      log: LogReader,
      topics: Topics,
      brokerClock: BrokerClock,
      logger: loggerToken,
    }),
    provide(LiveBoard, {
      views: QueueViews,
      ends: allEndsToken,
      progress: ProjectionProgress,
      brokerClock: BrokerClock,
    }),

    projectionProvider,
    provide(Replays, {
      database: Database,
      reader: LogReader,
      admin: TopicAdmin,
      topics: Topics,
      intake: JobIntake,
      projection: projectionToken,
    }),
    provide(Actions, { database: Database, intake: JobIntake, projection: projectionToken }),
    provide(DeadLetters, {
      reader: LogReader,
      admin: TopicAdmin,
      topics: Topics,
      projection: projectionToken,
    }),
    rebuildsProvider,
    provide(Flows, { database: Database, intake: JobIntake, metrics: Registry }),
    ReceiverUrls,
    provide(Webhooks, { database: Database, intake: JobIntake, brokerClock: BrokerClock }),
    provide(Schedules, { database: Database, intake: JobIntake, logger: loggerToken, metrics: Registry }),
  ],
})
export class ApiModule {}
