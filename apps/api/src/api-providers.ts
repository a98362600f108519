// Providers of the API that take more than an injected part a parameter.
import type { FactoryProvider } from '@nestjs/common';
import { ApiKeyStore, AuditStore } from '@jobstream/access';
import { Topics } from '@jobstream/contracts';
import { Database, type DatabaseSettings } from '@jobstream/database';
import type { AllowedHosts } from '@jobstream/downloads';
import { IdempotencyKeys, JobIntake, KeyStore } from '@jobstream/intake';
import { JobTypeReader } from '@jobstream/job-types';
import { KafkaConnection, TopicAdmin, TopicFollower } from '@jobstream/kafka';
import { OrderReader } from '@jobstream/orders';
import { contextToken, databaseSettingsToken, tokenOf } from '@jobstream/platform';
import { JobLogProgress, JobQueries, LogEnds, ProjectionProgress, Rebuilds } from '@jobstream/projection';
import type { Projection } from '@jobstream/replay';
import { readSettings, type ProcessContext } from '@jobstream/runtime';
import { CatchUp, JobFeed } from '@jobstream/status';
import { accessSettings, areKeysRequired } from './access/access-settings.js';
import { KeyRing } from './access/key-ring.js';
import { ApiMetrics } from './api-metrics.js';
import { AuditTrail } from './audit/audit-trail.js';
import { rebuildSettings } from './rebuilds/rebuild-settings.js';

/** Whether requests need an API key. */
export const keysRequiredToken = tokenOf<boolean>('KeysRequired');
/** Hosts that jobs may name although they are not public. */
export const allowedHostsToken = tokenOf<AllowedHosts>('AllowedHosts');
/** Hosts that endpoints may have although they are not public. */
export const endpointHostsToken = tokenOf<AllowedHosts>('EndpointHosts');
/** The ends of all topics that tell of jobs. */
export const allEndsToken = tokenOf<LogEnds>('AllEnds');
/** The ends of the topics on which a job can appear first. */
export const requestEndsToken = tokenOf<LogEnds>('RequestEnds');
/** The end of what handlers have logged. */
export const logLinesEndToken = tokenOf<LogEnds>('LogLinesEnd');
/** Waits for the rows of what handlers have logged. */
export const logLinesCatchUpToken = tokenOf<CatchUp>('LogLinesCatchUp');
/** The projection as replays need it. */
export const projectionToken = tokenOf<Projection>('Projection');

export const keyRequirementProvider: FactoryProvider<boolean> = {
  provide: keysRequiredToken,
  inject: [contextToken],
  useFactory: ({ settings, environment }: ProcessContext) =>
    areKeysRequired(settings, readSettings(accessSettings, environment)),
};

/** Undefined where no API key is needed. */
export const keyRingProvider: FactoryProvider<KeyRing | undefined> = {
  provide: KeyRing,
  inject: [keysRequiredToken, ApiKeyStore],
  useFactory: (areRequired: boolean, store: ApiKeyStore) => (areRequired ? new KeyRing(store) : undefined),
};

export const auditTrailProvider: FactoryProvider<AuditTrail> = {
  provide: AuditTrail,
  inject: [contextToken, AuditStore, ApiMetrics],
  useFactory: ({ logger }: ProcessContext, store: AuditStore, { droppedAuditEntries }: ApiMetrics) =>
    new AuditTrail({ logger, store, onDropped: (count) => droppedAuditEntries.inc(count) }),
};

export const idempotencyKeysProvider: FactoryProvider<IdempotencyKeys> = {
  provide: IdempotencyKeys,
  inject: [Database, JobIntake],
  useFactory: (database: Database, intake: JobIntake) =>
    new IdempotencyKeys(new KeyStore(database, database.operations), () => intake.drawId()),
};

export const logEndsProviders: readonly FactoryProvider<LogEnds>[] = [
  { provide: allEndsToken, inject: [TopicAdmin, Topics], useFactory: LogEnds.ofAll },
  { provide: requestEndsToken, inject: [TopicAdmin, Topics], useFactory: LogEnds.ofRequests },
  { provide: logLinesEndToken, inject: [TopicAdmin, Topics], useFactory: LogEnds.ofLogs },
];

export const logLinesCatchUpProvider: FactoryProvider<CatchUp> = {
  provide: logLinesCatchUpToken,
  inject: [logLinesEndToken, JobLogProgress],
  useFactory: (ends: LogEnds, progress: JobLogProgress) => new CatchUp({ ends, progress }),
};

export const jobFeedProvider: FactoryProvider<JobFeed> = {
  provide: JobFeed,
  inject: [contextToken, KafkaConnection, TopicAdmin, Topics],
  useFactory: ({ fatal }: ProcessContext, connection: KafkaConnection, admin: TopicAdmin, topics: Topics) =>
    new JobFeed({ connection, admin, topics, onFatal: fatal }),
};

export const orderReaderProvider: FactoryProvider<OrderReader> = {
  provide: OrderReader,
  inject: [contextToken, Topics, KeyRing],
  useFactory: ({ logger }: ProcessContext, topics: Topics, keys: KeyRing | undefined) =>
    new OrderReader({ topics, logger, onRevoked: (keyId) => void keys?.recheck(keyId) }),
};

/** Follows the orders and the job types. */
export const followerProvider: FactoryProvider<TopicFollower> = {
  provide: TopicFollower,
  inject: [contextToken, KafkaConnection, Topics, OrderReader, JobTypeReader],
  useFactory: (
    { fatal }: ProcessContext,
    connection: KafkaConnection,
    topics: Topics,
    orders: OrderReader,
    jobTypes: JobTypeReader,
  ) =>
    new TopicFollower({
      connection,
      parts: [orders, jobTypes],
      groupIdPrefix: `${topics.serviceGroup('api')}.orders.`,
      onFatal: fatal,
    }),
};

export const projectionProvider: FactoryProvider<Projection> = {
  provide: projectionToken,
  inject: [JobQueries, ProjectionProgress, allEndsToken],
  useFactory: (queries: JobQueries, progress: ProjectionProgress, ends: LogEnds) => ({
    queries,
    waitUntilCurrent: (timeoutMs) => progress.waitUntilCurrent(ends, timeoutMs),
  }),
};

export const rebuildsProvider: FactoryProvider<Rebuilds> = {
  provide: Rebuilds,
  inject: [contextToken, Database, databaseSettingsToken],
  useFactory: ({ environment }: ProcessContext, database: Database, settings: DatabaseSettings) =>
    new Rebuilds(database, settings, readSettings(rebuildSettings, environment).DATABASE_MAX_BYTES),
};
