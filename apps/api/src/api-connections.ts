import { Topics } from '@jobstream/contracts';
import { jobDefinitions } from '@jobstream/jobs';
import { Database, databaseSettingsFromEnv, type DatabaseSettings } from '@jobstream/database';
import {
  KafkaConnection,
  kafkaSettingsFromEnv,
  LogReader,
  RecordProducer,
  TopicAdmin,
} from '@jobstream/kafka';
import { readSettings, type ProcessContext } from '@jobstream/runtime';
import { createStorage, storageSettings, type ObjectStorage } from '@jobstream/storage';

/** What the REST server talks to. None of it need be there yet. */
export interface ApiConnections {
  readonly topics: Topics;
  readonly kafka: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly producer: RecordProducer;
  readonly logReader: LogReader;
  readonly databaseSettings: DatabaseSettings;
  readonly database: Database;
  readonly storage: ObjectStorage;
}

/** Settings: `KAFKA_*`, `DATABASE_URL`, `STORAGE_DIR` or `STORAGE_URL`, and the common ones. */
export async function connect({
  environment,
  settings,
  logger,
  metrics,
}: ProcessContext): Promise<ApiConnections> {
  const databaseSettings = databaseSettingsFromEnv(environment);
  const kafka = new KafkaConnection(
    {
      ...kafkaSettingsFromEnv(environment),
      logger: (level, message, about) => logger[level](about, message),
    },
    metrics,
  );
  const topics = new Topics(settings.JOBSTREAM_NAMESPACE);
  const producer = new RecordProducer(kafka, {
    metrics,
    topics: topics.plan(jobDefinitions, settings.JOBSTREAM_TOPIC_SIZE),
  });
  await producer.start();
  return {
    topics,
    kafka,
    admin: new TopicAdmin(kafka),
    producer,
    logReader: new LogReader(kafka),
    databaseSettings,
    database: new Database(databaseSettings, { applicationName: 'jobstream api' }),
    storage: createStorage(readSettings(storageSettings, environment)),
  };
}
