import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import type { Registry } from 'prom-client';
import { UniqueKeyMetrics } from './unique-key-metrics.js';
import { freeKeys, UniqueKeyStore } from './unique-key-store.js';

/** Which of these jobs have ended, by what the log has said. */
export type FindEnded = (ids: readonly JobId[]) => Promise<ReadonlySet<JobId>>;

/** A key that was taken more recently may be of a job whose end is being written. */
const minAgeMs = 60_000;
const pageSize = 1_000;

/**
 * Frees keys whose job has ended. The record of an end does that itself. But a request that was sent again after its job had ended
 * may take the key once more, and then no record of an end follows.
 */
export class UniqueKeyReaper {
  private readonly store: UniqueKeyStore;
  private readonly metrics: UniqueKeyMetrics;

  constructor(
    private readonly database: Database,
    private readonly findEnded: FindEnded,
    registry: Registry,
  ) {
    this.metrics = UniqueKeyMetrics.of(registry);
    this.store = new UniqueKeyStore(database);
  }

  /** Looks through all keys. @returns the number of keys that were freed */
  async reap(signal: AbortSignal): Promise<number> {
    const { database, store } = this;
    let freed = 0;
    for (let purged = Infinity; purged > 0;) {
      signal.throwIfAborted();
      freed += purged = await store.purge(database);
    }
    for (let after: string | undefined = ''; after !== undefined;) {
      signal.throwIfAborted();
      const keys = await store.listOld(database, minAgeMs, after, pageSize);
      const ended = await this.findEnded(keys.map(({ jobId }) => jobId));
      const over = keys.filter(({ jobId }) => ended.has(jobId));
      freed += await freeKeys(database, database.operations, over);
      after = keys.at(-1)?.hash;
    }
    this.metrics.countFreed('cleaned_up', freed);
    return freed;
  }
}
