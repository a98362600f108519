import type { JobId } from '@jobstream/contracts';
import {
  headerNames,
  traceIdOf,
  type DelayedRequest,
  type EncodedRecord,
  type JobRequest,
} from '@jobstream/contracts/records';
import { LRUCache } from 'lru-cache';

/** A job as it was when this process accepted it. */
export interface RememberedJob {
  /** With `runAt` where it waits for its time. */
  readonly request: JobRequest | DelayedRequest;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** 32 hex digits. */
  readonly traceId: string;
}

interface Entry {
  /** The request as JSON: a string is a tenth of the objects. */
  readonly value: string;
  readonly createdAt: number;
  readonly traceId: string;
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

  /** @param record the job's request */
  remember(id: JobId, { value, headers }: EncodedRecord, createdAt: number): void {
    this.entries.set(id, { value, createdAt, traceId: traceIdOf(id, headers[headerNames.trace]) });
  }

  find(id: JobId): RememberedJob | undefined {
    const entry = this.entries.get(id);
    if (!entry) return undefined;
    const { value, ...others } = entry;
    return { request: JSON.parse(value) as RememberedJob['request'], ...others };
  }
}
