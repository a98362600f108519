import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { jobDefinitions, Topics } from '@jobstream/contracts';
import { Database, databaseSettingsFromEnv, isUnavailable, migrate } from '@jobstream/database';
import { downloadSettings } from '@jobstream/downloads';
import { AcceptedJobs, IdempotencyKeys, JobIntake, KeyStore } from '@jobstream/intake';
import { KafkaConnection, kafkaSettingsFromEnv, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { JobQueries, ProjectionProgress } from '@jobstream/projection';
import { readSettings, type ProcessContext, type StopProcess } from '@jobstream/runtime';
import { Schedules } from '@jobstream/scheduling';
import { openStorage, storageSettings } from '@jobstream/storage';
import { ApiMetrics } from './api-metrics.js';
import { ApiModule } from './api.module.js';
import { ApiHealth } from './health/api-health.js';
import { createHttpServer } from './http/http-server.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ProblemReplies } from './http/problem-reply.js';
import { ImageUploads } from './images/image-uploads.js';
import { JobReader } from './jobs/job-reader.js';
import { LogEnds } from './jobs/log-ends.js';
import { Submissions } from './jobs/submissions.js';
import { JobFeed } from './live/job-feed.js';
import { JobStreams } from './live/job-streams.js';
import { JobWaits } from './live/job-waits.js';
import { OpenRequests } from './live/open-requests.js';
import { keepTrying } from './keep-trying.js';
import { caughtMails } from './mail/caught-mails.js';
import { Reports } from './reports/reports.js';

const purgeEveryMs = 10 * 60_000;
const closeIdleEveryMs = 50;

/**
 * Starts the REST server. It listens at once; what Kafka or Postgres have to be there for answers 503 until they are.
 * Settings: `KAFKA_*`, `DATABASE_URL`, `STORAGE_DIR`, `FETCH_ALLOW`, `CAUGHT_MAIL_DIR` and the common ones.
 */
export async function startApi(context: ProcessContext): Promise<StopProcess> {
  const { environment, settings, logger, health, metrics } = context;
  const fatal = (error: unknown) => context.fatal(error);
  const topics = new Topics(settings.JOBSTREAM_NAMESPACE);
  const databaseSettings = databaseSettingsFromEnv(environment);
  const database = new Database(databaseSettings, { applicationName: 'jobstream api' });
  const connection = new KafkaConnection({
    ...kafkaSettingsFromEnv(environment),
    logger: (level, message, about) => logger[level](about, message),
  });
  const admin = new TopicAdmin(connection);
  const producer = new RecordProducer(connection);
  const storage = await openStorage(readSettings(storageSettings, environment));
  const stopping = new AbortController();
  await producer.start();

  const accepted = new AcceptedJobs();
  const queries = new JobQueries(database);
  const progress = new ProjectionProgress(database);
  const keyStore = new KeyStore(database, database.operations);
  const apiMetrics = new ApiMetrics(metrics);
  const intake = new JobIntake({ producer, topics, accepted });
  const submissions = new Submissions({
    intake,
    keys: new IdempotencyKeys(keyStore),
    allowedHosts: readSettings(downloadSettings, environment).FETCH_ALLOW,
    accepted: apiMetrics.acceptedJobs,
  });
  const reader = new JobReader({ queries, progress, accepted, ends: LogEnds.ofRequests(admin, topics) });
  const feed = new JobFeed({ connection, admin, topics, onFatal: fatal });
  const openRequests = new OpenRequests();
  const app = await listen(context, apiMetrics, [
    ...[submissions, reader, queries, new ImageUploads(storage), health, metrics, openRequests],
    new Schedules({ database, intake, logger, metrics }),
    new Reports(reader, storage),
    ...caughtMails(environment),
    new JobWaits(feed, reader),
    new JobStreams({ feed, reader, queries, progress, ends: LogEnds.ofAll(admin, topics) }),
  ]);

  const apiHealth = new ApiHealth(admin, database, storage);
  apiHealth.addTo(health);
  const retry = { logger, signal: stopping.signal };
  keepTrying('topics', () => makeTopics(), { ...retry, mayPass: () => true })
    .then(() => apiHealth.topicsAreThere())
    .catch(fatal);
  keepTrying('database', () => migrate(databaseSettings), { ...retry, mayPass: isUnavailable }).catch(fatal);
  const purge = setInterval(() => {
    keyStore.purge().catch((error: unknown) => logger.warn({ err: error }, 'old keys were not purged'));
  }, purgeEveryMs);

  function makeTopics(): Promise<unknown> {
    const plans = topics.plan(jobDefinitions, settings.JOBSTREAM_TOPIC_SIZE);
    return admin.ensureTopics(
      plans.map(({ topic, partitions, maxRecordBytes }) => ({
        name: topic,
        partitions,
        maxMessageBytes: maxRecordBytes,
      })),
    );
  }

  return async () => {
    stopping.abort();
    clearInterval(purge);
    openRequests.drain();
    await closeServer(app);
    await Promise.all([feed.stop(), producer.stop()]);
    await Promise.all([admin.stop(), database.close()]);
  };
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
  apiMetrics: ApiMetrics,
  parts: readonly object[],
): Promise<NestFastifyApplication> {
  const replies = new ProblemReplies(logger);
  const server = createHttpServer(replies);
  apiMetrics.observe(server.getInstance());
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.of(parts), server, {
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ProblemFilter(replies));
  await app.listen({ host: settings.HOST, port: settings.PORT });
  const { port } = app.getHttpServer().address() as AddressInfo;
  logger.info({ host: settings.HOST, port }, 'api listens');
  return app;
}
