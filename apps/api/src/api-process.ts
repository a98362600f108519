import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiKeyStore, AuditStore } from '@jobstream/access';
import { DatabaseClock, isUnavailable, migrate } from '@jobstream/database';
import { downloadSettings } from '@jobstream/downloads';
import { AcceptedJobs, IdempotencyKeys, JobIntake, KeyStore } from '@jobstream/intake';
import { LimitUse } from '@jobstream/limits';
import { describeTroubles } from '@jobstream/kafka';
import { OrderReader, OrderWriter } from '@jobstream/orders';
import { JobCounts, JobQueries, LogEnds, ProjectionProgress, Rebuilds } from '@jobstream/projection';
import { DeadLetters, Replays } from '@jobstream/replay';
import {
  ClockWatch,
  explainListenError,
  OwnHosts,
  readSettings,
  type ProcessContext,
  type StopProcess,
} from '@jobstream/runtime';
import { Schedules } from '@jobstream/scheduling';
import {
  CatchUp,
  JobFeed,
  JobLists,
  JobReader,
  JobStreams,
  JobWaits,
  OrdersInForce,
  QueueMetrics,
  QueueStates,
  QueueViews,
  ShownJobs,
} from '@jobstream/status';
import { accessSettings, areKeysRequired } from './access/access-settings.js';
import { ApiKeys } from './access/api-keys.js';
import { NoApiKeyError } from './access/first-key.js';
import { KeyRing } from './access/key-ring.js';
import { connect, type ApiConnections } from './api-connections.js';
import { ApiMetrics } from './api-metrics.js';
import { createApiServer, type ServerGuards } from './api-server.js';
import { AuditTrail } from './audit/audit-trail.js';
import { ApiHealth } from './health/api-health.js';
import { trafficSettings } from './http/traffic-settings.js';
import { ImageUploads } from './images/image-uploads.js';
import { JobCancels } from './jobs/job-cancels.js';
import { Submissions } from './jobs/submissions.js';
import { OpenRequests } from './live/open-requests.js';
import { caughtMails } from './mail/caught-mails.js';
import { QueueOrders } from './queues/queue-orders.js';
import { rebuildSettings } from './rebuilds/rebuild-settings.js';
import { Reports } from './reports/reports.js';
import { startUpkeep } from './upkeep.js';

const closeIdleEveryMs = 50;

/**
 * Starts the REST server. It listens at once; what Kafka or Postgres have to be there for answers 503 until they are.
 * Settings: `KAFKA_*`, `DATABASE_URL`, `STORAGE_DIR` or `STORAGE_URL`, `FETCH_ALLOW`, `CAUGHT_MAIL_DIR`,
 * `API_KEYS_REQUIRED`, those of the traffic and the common ones.
 * @throws NoApiKeyError where keys are required and there is none; ListenError when HOST or PORT can't be listened on
 */
export async function startApi(context: ProcessContext): Promise<StopProcess> {
  const { environment, settings, logger, health } = context;
  const areRequired = areKeysRequired(settings, readSettings(accessSettings, environment));
  const fatal = (error: unknown) => context.fatal(error);
  const connections = await connect(context);
  const { database, admin, producer, storage, topics } = connections;
  const apiKeys = new ApiKeyStore(database);
  const keys = areRequired ? new KeyRing(apiKeys) : undefined;
  const prepareDatabase = async () => {
    await migrate(connections.databaseSettings);
    if (areRequired && !(await apiKeys.hasUsable())) throw new NoApiKeyError(settings.HOST);
  };
  if (areRequired) await prepareDatabase().catch(orLater);
  const feed = new JobFeed({ connection: connections.kafka, admin, topics, onFatal: fatal });
  const orders = new OrderReader({
    connection: connections.kafka,
    topics,
    logger,
    reader: 'api',
    onFatal: fatal,
    onRevoked: (keyId) => void keys?.recheck(keyId),
  });
  const traffic = readSettings(trafficSettings, environment);
  const openRequests = new OpenRequests(traffic);
  const apiMetrics = new ApiMetrics(context.metrics);
  const audit = new AuditStore(database);
  const trail = new AuditTrail({
    store: audit,
    logger,
    onDropped: (count) => apiMetrics.droppedAuditEntries.inc(count),
  });
  const databaseClock = new DatabaseClock(database);
  const clockWatch = watchClocks(context, connections, databaseClock);
  const parts = makeParts(context, connections, { feed, orders, apiMetrics, databaseClock });
  const access = [
    new ApiKeys({ store: apiKeys, orders: new OrderWriter(producer, topics), keys, logger }),
    audit,
  ];
  const guards = { hosts: new OwnHosts(settings), apiMetrics, keys, trail, traffic };
  const app = await listen(context, guards, [...parts, ...access, openRequests]);
  const apiHealth = new ApiHealth(admin, database, storage);
  apiHealth.addTo(health);
  health.add('topics', () => ({ ok: true, detail: describeTroubles(producer.troubles.list()) }));
  health.add('clock', () => clockWatch.health());
  clockWatch.start();
  const stopUpkeep = startUpkeep(
    { settings, logger, fatal },
    { connections, health: apiHealth, orders, keys, prepareDatabase },
  );
  return async () => {
    stopUpkeep();
    clockWatch.stop();
    openRequests.drain();
    await closeServer(app);
    await Promise.all([feed.stop(), orders.stop(), producer.stop(), trail.close()]);
    await Promise.all([admin.stop(), connections.logReader.close(), database.close()]);
  };
}

/** While Postgres is away no key can be looked up, so nothing is open: whether there is one shows later. */
function orLater(error: unknown): void {
  if (!isUnavailable(error)) throw error;
}

/** Parts that need more than to be there: a start, a stop, or the server. */
interface OwnParts {
  readonly feed: JobFeed;
  readonly orders: OrderReader;
  readonly apiMetrics: ApiMetrics;
  readonly databaseClock: DatabaseClock;
}

/** What is accepted is dated by the broker; while Postgres is away jobs are accepted all the same. */
function watchClocks(
  { logger, metrics }: ProcessContext,
  { producer, topics }: ApiConnections,
  databaseClock: DatabaseClock,
): ClockWatch {
  const broker = { clock: producer.brokerClock, ask: () => producer.askTime(topics.clock), isNeeded: true };
  const postgres = { clock: databaseClock, ask: () => databaseClock.ask(), isNeeded: false };
  return new ClockWatch({ clocks: { broker, postgres }, logger, metrics });
}

/** What the controllers are given. */
function makeParts(
  { environment, logger, health, metrics }: ProcessContext,
  { database, databaseSettings, admin, producer, logReader, topics, storage }: ApiConnections,
  { feed, orders, apiMetrics, databaseClock }: OwnParts,
): object[] {
  const accepted = new AcceptedJobs();
  const queries = new JobQueries(database);
  const progress = new ProjectionProgress(database);
  const intake = new JobIntake({ producer, topics, accepted });
  const submissions = new Submissions({
    intake,
    keys: new IdempotencyKeys(new KeyStore(database, database.operations), () => intake.drawId()),
    allowedHosts: readSettings(downloadSettings, environment).FETCH_ALLOW,
    accepted: apiMetrics.acceptedJobs,
  });
  const allEnds = LogEnds.ofAll(admin, topics);
  const waitUntilCurrent = (timeoutMs: number) => progress.waitUntilCurrent(allEnds, timeoutMs);
  const catchUp = new CatchUp({ ends: allEnds, progress });
  const shown = new ShownJobs({ progress });
  const ends = LogEnds.ofRequests(admin, topics);
  const reader = new JobReader({ queries, progress, accepted, shown, ends, catchUp, databaseClock });
  const clock = producer.brokerClock;
  const states = new QueueStates(admin, topics);
  const orderWriter = new OrderWriter(producer, topics);
  const inForce = new OrdersInForce(orders);
  const replaying = { reader: logReader, admin, topics, projection: { queries, waitUntilCurrent } };
  const queueViews = new QueueViews({
    states,
    admin,
    queries,
    orders: inForce,
    brokerClock: clock,
    limitUse: new LimitUse(database),
  });
  new QueueMetrics(metrics, queueViews);
  return [
    health,
    metrics,
    submissions,
    reader,
    catchUp,
    databaseClock,
    new JobLists({ queries, shown, catchUp }),
    new JobCounts(database),
    new Rebuilds(database, databaseSettings, readSettings(rebuildSettings, environment).DATABASE_MAX_BYTES),
    new JobWaits({ feed, reader, shown }),
    new JobStreams({ feed, reader, shown, queries, progress, ends: allEnds }),
    new QueueOrders({ states, clock, reader: orders, writer: orderWriter, inForce }),
    queueViews,
    new JobCancels({ jobs: reader, queries, clock, reader: orders, writer: orderWriter }),
    new ImageUploads(storage),
    new Reports(reader, storage),
    new Replays({ ...replaying, database, intake }),
    new DeadLetters(replaying),
    new Schedules({ database, intake, logger, metrics }),
    ...caughtMails(environment),
  ];
}

/** Takes no new connection, answers what is on its way, and closes each connection once it has nothing to answer. */
async function closeServer(app: NestFastifyApplication): Promise<void> {
  const server = app.getHttpServer();
  const idle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
  try {
    await app.close();
  } finally {
    clearInterval(idle);
  }
}

async function listen(
  { settings, logger }: ProcessContext,
  guards: ServerGuards,
  parts: readonly object[],
): Promise<NestFastifyApplication> {
  const { app, routes } = await createApiServer(logger, guards, parts);
  await app.listen({ host: settings.HOST, port: settings.PORT }).catch((error: Error) => {
    throw explainListenError(error, settings.HOST, settings.PORT);
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  logger.info({ host: settings.HOST, port, keysRequired: guards.keys !== undefined }, 'api listens');
  logger.debug({ routes }, 'routes');
  return app;
}
