import type { DelayedRequest, JobId, JobRequest } from '@jobstream/contracts';
import { LRUCache } from 'lru-cache';

/** A job as it was when this process accepted it. */
export interface RememberedJob {
  /** With `runAt` where it waits for its time. */
  readonly request: JobRequest | DelayedRequest;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

interface Entry {
  /** The request as JSON: a string is a tenth of the objects. */
  readonly value: string;
  readonly createdAt: number;
}

const entryOverheadBytes = 256;

/**
 * The jobs that this process accepted last: what a read right after the 202 is answered from while the projection has
 * not come to them. Bounded by bytes and by age; the oldest go first.
 */
export class AcceptedJobs {
  private readonly entries: LRUCache<JobId, Entry>;

  /** @param maxBytes default 64 MiB, some 100,000 small jobs; `maxAgeMs` default an hour */
  constructor({ maxBytes = 64 * 1024 * 1024, maxAgeMs = 3_600_000 } = {}) {
    this.entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ value }) => 2 * value.length + entryOverheadBytes,
      ttl: maxAgeMs,
    });
  }

  /** @param value the job request's record value */
  remember(id: JobId, value: string, createdAt: number): void {
    this.entries.set(id, { value, createdAt });
  }

  find(id: JobId): RememberedJob | undefined {
    const entry = this.entries.get(id);
    return (
      entry && { request: JSON.parse(entry.value) as RememberedJob['request'], createdAt: entry.createdAt }
    );
  }
}
