import { setTimeout as pause } from 'node:timers/promises';
import type { AuditRecord, AuditStore } from '@jobstream/access';
import { newOrderedId } from '@jobstream/contracts';
import { isUnavailable } from '@jobstream/database';
import type { Logger } from '@jobstream/runtime';
import type { NotedEntry } from './noted-entry.js';
import { isRefusal, RefusalTally, tallyMs } from './refusal-tally.js';

export interface AuditTrailOptions {
  readonly store: Pick<AuditStore, 'append' | 'now'>;
  readonly logger: Logger;
  /** Told of the number of entries that are dropped. */
  onDropped(count: number): void;
  /** Entries that wait for Postgres at most. Default 50,000. */
  readonly maxWaiting?: number;
  /** Milliseconds of a clock that only goes forward. Default: `performance.now`. */
  readonly monotonic?: () => number;
}

interface Waiting {
  readonly entry: NotedEntry;
  /** By the monotonic clock. */
  readonly notedAt: number;
  /** As it was dated first: appended again, it is the same row. */
  record?: AuditRecord;
}

const gatherMs = 50;
const retryMs = 1_000;
/** Making a statement of many holds up the answers meanwhile. */
const maxBatch = 500;
const closingMs = 3_000;

/**
 * Brings the audit to Postgres behind the answers: entries gather, and go in batches. While Postgres is away they wait;
 * of those for which there is no room, the count is kept and becomes an entry of its own, so that a gap is seen as one. An entry's
 * date is Postgres' time when it was written, less what it had waited by then: this machine's clock says none.
 */
export class AuditTrail {
  private readonly maxWaiting: number;
  private readonly monotonic: () => number;
  private waiting: Waiting[] = [];
  private dropped = 0;
  /** The id of the entry that was dated last: entries are listed in the order in which they were noted. */
  private lastId: string | undefined;
  private writing: Promise<void> | undefined;
  private closing = false;
  private readonly refusals = new RefusalTally();
  private counting: NodeJS.Timeout | undefined;

  constructor(private readonly options: AuditTrailOptions) {
    this.maxWaiting = options.maxWaiting ?? 50_000;
    this.monotonic = options.monotonic ?? (() => performance.now());
  }

  /** Takes an entry; never waits. Of refusals of one kind the first of a minute is written, and how many more there were. */
  note(entry: NotedEntry): void {
    if (isRefusal(entry)) {
      this.counting ??= setTimeout(() => this.count(), tallyMs).unref();
      if (!this.refusals.isFirst(entry, this.monotonic())) return;
    }
    this.add(entry);
  }

  private count(now = this.monotonic()): void {
    this.counting = undefined;
    for (const entry of this.refusals.take(now)) this.add(entry);
    if (!this.refusals.isEmpty) this.counting = setTimeout(() => this.count(), tallyMs).unref();
  }

  private add(entry: NotedEntry): void {
    if (this.waiting.length < this.maxWaiting) this.waiting.push({ entry, notedAt: this.monotonic() });
    else this.drop(1);
    this.writing ??= this.write().finally(() => (this.writing = undefined));
  }

  /** Writes what waits, for a few seconds at most; what is left then is counted as dropped. */
  async close(): Promise<void> {
    clearTimeout(this.counting);
    this.count(Infinity);
    this.closing = true;
    await Promise.race([this.writing, pause(closingMs, undefined, { ref: false })]);
    if (this.waiting.length > 0) this.drop(this.waiting.length);
  }

  private async write(): Promise<void> {
    if (!this.closing) await pause(gatherMs);
    while (this.waiting.length > 0) {
      const batch = this.waiting.slice(0, maxBatch);
      const outcome = await this.append(batch);
      if (outcome !== 'away') this.waiting.splice(0, batch.length);
      if (outcome === 'refused') this.drop(batch.length);
      if (outcome === 'away' && this.closing) return;
      if (outcome === 'away') await pause(retryMs);
    }
    const gap = this.dropped;
    if (gap > 0 && (await this.append([{ entry: gapOf(gap), notedAt: this.monotonic() }])) === 'written')
      this.dropped -= gap;
  }

  private async append(batch: readonly Waiting[]): Promise<'written' | 'refused' | 'away'> {
    const { store } = this.options;
    try {
      const ahead = (await store.now()) - this.monotonic();
      await store.append(batch.map((waiting) => (waiting.record ??= this.date(waiting, ahead))));
      return 'written';
    } catch (error) {
      if (isUnavailable(error)) return 'away';
      this.options.logger.error({ err: error, entries: batch.length }, 'audit entries refused by Postgres');
      return 'refused';
    }
  }

  /** @param ahead how far Postgres' clock is ahead of the monotonic one, in milliseconds */
  private date({ entry, notedAt }: Waiting, ahead: number): AuditRecord {
    const at = Math.floor(notedAt + ahead);
    const { who, keyId, action, target, requestId, status } = entry;
    this.lastId = newOrderedId(at, this.lastId);
    return { id: this.lastId, at: new Date(at).toISOString(), who, keyId, action, target, requestId, status };
  }

  private drop(count: number): void {
    if (this.dropped === 0)
      this.options.logger.error({ waiting: this.waiting.length }, 'audit entries dropped: see the database');
    this.dropped += count;
    this.options.onDropped(count);
  }
}

function gapOf(count: number): NotedEntry {
  return {
    who: null,
    keyId: null,
    action: 'audit.dropped',
    target: `${count} entries`,
    requestId: 'none',
    status: 503,
  };
}
