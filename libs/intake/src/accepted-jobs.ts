import type { JobId } from '@jobstream/contracts';
import {
  headerNames,
  traceIdOf,
  type DelayedRequest,
  type EncodedRecord,
  type JobRequest,
} from '@jobstream/contracts/records';
import { LRUCache } from 'lru-cache';

/** A job as this process accepted it. */
export interface RememberedJob {
  /** With `runAt` if it waits for its time. */
  readonly request: JobRequest | DelayedRequest;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** 32 hex digits. */
  readonly traceId: string;
  /** The URL that hears of the end of each run, where the submitter named one. */
  readonly notify?: string | undefined;
}

interface Entry {
  /** The request as JSON: a string takes a tenth of the memory of objects. */
  readonly value: string;
  readonly createdAt: number;
  readonly traceId: string;
  readonly notify: string | undefined;
}

const entryOverheadBytes = 256;

/**
 * The jobs that this process accepted last. They answer a read right after the 202, while the projection has not reached the job.
 * Bounded by bytes and by age; the oldest are forgotten first.
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
    const notify = headers[headerNames.notify];
    this.entries.set(id, { value, createdAt, notify, traceId: traceIdOf(id, headers[headerNames.trace]) });
  }

  find(id: JobId): RememberedJob | undefined {
    const entry = this.entries.get(id);
    if (!entry) return undefined;
    const { value, ...others } = entry;
    return { request: JSON.parse(value) as RememberedJob['request'], ...others };
  }
}
