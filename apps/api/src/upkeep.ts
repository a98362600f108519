import { jobDefinitions } from '@jobstream/contracts';
import { isUnavailable, migrate } from '@jobstream/database';
import type { KeyStore } from '@jobstream/intake';
import type { ProcessContext } from '@jobstream/runtime';
import type { ApiConnections } from './api-connections.js';
import type { ApiHealth } from './health/api-health.js';
import { keepTrying } from './keep-trying.js';

const purgeEveryMs = 10 * 60_000;

/** Makes topics and tables as soon as Kafka and Postgres are there, and removes old keys. Returns how to stop. */
export function startUpkeep(
  {
    settings,
    logger,
    fatal,
  }: Pick<ProcessContext, 'settings' | 'logger'> & { fatal(this: void, error: unknown): void },
  { admin, topics, databaseSettings }: ApiConnections,
  health: ApiHealth,
  keyStore: KeyStore,
): () => void {
  const stopping = new AbortController();
  const retry = { logger, signal: stopping.signal };
  const plans = topics.plan(jobDefinitions, settings.JOBSTREAM_TOPIC_SIZE);
  const specs = plans.map(({ topic, partitions, maxRecordBytes }) => {
    return { name: topic, partitions, maxMessageBytes: maxRecordBytes };
  });
  keepTrying('topics', () => admin.ensureTopics(specs), { ...retry, mayPass: () => true })
    .then(() => health.topicsAreThere())
    .catch(fatal);
  keepTrying('database', () => migrate(databaseSettings), { ...retry, mayPass: isUnavailable }).catch(fatal);
  const purge = setInterval(() => {
    keyStore.purge().catch((error: unknown) => logger.warn({ err: error }, 'old keys were not purged'));
  }, purgeEveryMs);
  return () => {
    clearInterval(purge);
    stopping.abort();
  };
}
