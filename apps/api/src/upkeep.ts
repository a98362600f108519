import { setTimeout as pause } from 'node:timers/promises';
import { jobDefinitions } from '@jobstream/jobs';
import { isUnavailable } from '@jobstream/database';
import type { OrderReader } from '@jobstream/orders';
import type { Logger, ProcessContext } from '@jobstream/runtime';
import { StorageFullError, StorageUnavailableError } from '@jobstream/storage';
import type { KeyRing } from './access/key-ring.js';
import type { ApiConnections } from './api-connections.js';
import type { ApiHealth } from './health/api-health.js';
import { keepTrying } from './keep-trying.js';

/** What {@link startUpkeep} works with. */
export interface UpkeepParts {
  readonly connections: ApiConnections;
  readonly health: ApiHealth;
  readonly orders: OrderReader;
  /** Undefined where no API key is needed. */
  readonly keys: KeyRing | undefined;
  /** Tried until Postgres is there. */
  prepareDatabase(): Promise<void>;
}

/** How long a revocation may stay unheard of where no order tells of it. */
const refreshKeysMs = 2_000;

/**
 * Makes topics, tables and directories as soon as Kafka, Postgres and the storage are there, begins to read the orders, and
 * keeps API keys up to date. Returns how to stop.
 */
export function startUpkeep(
  {
    settings,
    logger,
    fatal,
  }: Pick<ProcessContext, 'settings' | 'logger'> & { fatal(this: void, error: unknown): void },
  { connections: { admin, topics, storage }, health, orders, keys, prepareDatabase }: UpkeepParts,
): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  const retry = { logger, signal };
  const specs = topics.plan(jobDefinitions, settings.JOBSTREAM_TOPIC_SIZE);
  keepTrying('topics', () => admin.ensureTopics(specs), { ...retry, mayPass: () => true })
    .then(() => health.topicsAreThere())
    .then(() => orders.start())
    .catch(fatal);
  keepTrying('database', prepareDatabase, { ...retry, mayPass: isUnavailable }).catch(fatal);
  keepTrying('storage', () => storage.prepare(), { ...retry, mayPass: isStorageAway }).catch(fatal);
  if (keys) refreshKeys(keys, logger, signal).catch(fatal);
  return () => stopping.abort();
}

function isStorageAway(error: unknown): boolean {
  return error instanceof StorageUnavailableError || error instanceof StorageFullError;
}

async function refreshKeys(keys: KeyRing, logger: Logger, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(refreshKeysMs, undefined, { signal }).catch(() => undefined);
    await keys.refresh().catch((error: unknown) => {
      logger.warn({ err: error }, 'API keys can not be looked up: those seen stay as they are');
    });
  }
}
