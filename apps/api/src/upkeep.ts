import { jobDefinitions } from '@jobstream/contracts';
import { isUnavailable, migrate } from '@jobstream/database';
import type { KeyStore } from '@jobstream/intake';
import type { OrderReader } from '@jobstream/orders';
import type { ProcessContext } from '@jobstream/runtime';
import type { ApiConnections } from './api-connections.js';
import type { ApiHealth } from './health/api-health.js';
import { keepTrying } from './keep-trying.js';

const purgeEveryMs = 10 * 60_000;

/** Makes topics and tables as soon as Kafka and Postgres are there, begins to read the orders, and removes old keys. Returns how to stop. */
export function startUpkeep(
  {
    settings,
    logger,
    fatal,
  }: Pick<ProcessContext, 'settings' | 'logger'> & { fatal(this: void, error: unknown): void },
  { admin, topics, databaseSettings }: ApiConnections,
  health: ApiHealth,
  keyStore: KeyStore,
  orders: OrderReader,
): () => void {
  const stopping = new AbortController();
  const retry = { logger, signal: stopping.signal };
  const specs = topics.plan(jobDefinitions, settings.JOBSTREAM_TOPIC_SIZE);
  keepTrying('topics', () => admin.ensureTopics(specs), { ...retry, mayPass: () => true })
    .then(() => health.topicsAreThere())
    .then(() => orders.start())
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
