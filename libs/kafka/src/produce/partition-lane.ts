import { errorCodes } from '../client/error-codes.js';
import type { PendingRecord } from './pending-record.js';
import { batchSizeBound } from './record-batch.js';

/** A partition that takes nothing while its cluster answers. */
export interface LaneTrouble {
  /** Kafka's code of the error. */
  errorCode: number;
  /** Since when, in monotonic ms. */
  since: number;
  /** When it was last said so, in monotonic ms. */
  last: number;
}

/** A partition in trouble for this long is not waited for any more: a change of leaders takes less. */
const maxTroubleMs = 2_000;
/** Trouble that nothing has confirmed for this long counts as new when it is met again. */
const forgottenMs = 60_000;
const minBackoffMs = 20;
const maxBackoffMs = 500;
/** Below Kafka's own default for `max.message.bytes`. */
const maxBatchBytes = 1_000_000;

/**
 * The records of one partition that wait to be appended, in order. At most one batch of them is in flight, and a batch
 * that failed goes first again, so records of one key are never reordered.
 */
export class PartitionLane {
  private queue: PendingRecord[] = [];
  private inFlight = 0;
  private failures = 0;
  private retryAt = 0;
  private batchLimit = maxBatchBytes;
  private currentTrouble: LaneTrouble | null = null;
  private refusedAt = -Infinity;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  push(record: PendingRecord): void {
    this.queue.push(record);
  }

  isReady(now: number): boolean {
    return this.inFlight === 0 && this.queue.length > 0 && this.retryAt <= now;
  }

  /** Takes the next batch into flight: as many records as fit the limits, at least one if any waits. */
  take(byteLimit: number, countLimit: number): PendingRecord[] {
    this.dropSettled();
    const limit = Math.min(byteLimit, this.batchLimit);
    let bytes = batchSizeBound(0);
    let count = 0;
    while (count < this.queue.length && count < countLimit) {
      bytes += this.queue[count]!.bound;
      if (count > 0 && bytes > limit) break;
      count += 1;
    }
    this.inFlight = count;
    return this.queue.slice(0, count);
  }

  /** Why the partition takes nothing; null for all that is known, it takes records. */
  get trouble(): LaneTrouble | null {
    return this.currentTrouble;
  }

  /** A record was refused for what it is: those behind it waited for that answer. */
  noteRefusal(now: number): void {
    this.refusedAt = now;
  }

  /** Whether a record enqueued then may have waited for what is wrong with the partition, rather than for the cluster. */
  hasHeldUp(enqueuedAt: number): boolean {
    return this.currentTrouble !== null || this.refusedAt >= enqueuedAt;
  }

  /** The cluster says that the partition takes nothing. */
  note(errorCode: number, now: number): void {
    const before = this.currentTrouble;
    const isSame = before !== null && now - before.last < forgottenMs;
    this.currentTrouble = { errorCode, since: isSame ? before.since : now, last: now };
  }

  /** The partition has a leader (again). */
  noteLeader(): void {
    if (this.currentTrouble?.errorCode === errorCodes.leaderNotAvailable) this.currentTrouble = null;
  }

  /** No broker answers: whether the partition takes records is not known. */
  forgetTrouble(): void {
    this.currentTrouble = null;
  }

  /**
   * Takes out the records that need not wait for a partition that has been in trouble for 2 s. Without a leader: those that came
   * before `knownAt`, when the cluster was last asked; with one: those that were tried once.
   */
  takeHopeless(now: number, knownAt: number): PendingRecord[] {
    const trouble = this.currentTrouble;
    if (this.isInFlight || trouble === null || now - trouble.since < maxTroubleMs) return [];
    if (trouble.errorCode === errorCodes.brokerNotAvailable) return [];
    const isLeaderless = trouble.errorCode === errorCodes.leaderNotAvailable;
    const hopeless: PendingRecord[] = [];
    const kept: PendingRecord[] = [];
    for (const record of this.queue) {
      if (record.settled) continue;
      const isHopeless = isLeaderless ? record.enqueuedAt <= knownAt : record.failure !== undefined;
      (isHopeless ? hopeless : kept).push(record);
    }
    this.queue = kept;
    return hopeless;
  }

  /** The batch in flight has its final answer. */
  land(): void {
    this.currentTrouble = null;
    this.queue.splice(0, this.inFlight);
    this.inFlight = 0;
    this.failures = 0;
    this.retryAt = 0;
  }

  /** The batch in flight has to be sent again, after a pause that grows with each failure in a row. */
  fail(now: number): void {
    this.inFlight = 0;
    this.retryAt = now + Math.min(maxBackoffMs, minBackoffMs * 2 ** Math.min(this.failures, 10));
    this.failures += 1;
  }

  /** The broker called a batch of these too large: later ones have at most half its bytes. */
  shrink(records: readonly PendingRecord[]): void {
    const bytes = records.reduce((sum, { bound }) => sum + bound, batchSizeBound(0));
    this.batchLimit = Math.max(1, Math.floor(Math.min(bytes, this.batchLimit) / 2));
  }

  /** Records whose time is up. One in flight keeps its place until the answer; marking it settled is the caller's. */
  expired(now: number): { record: PendingRecord; inFlight: boolean }[] {
    const found: { record: PendingRecord; inFlight: boolean }[] = [];
    for (let index = 0; index < this.queue.length; index += 1) {
      const record = this.queue[index]!;
      if (record.deadline > now) break;
      if (!record.settled) found.push({ record, inFlight: index < this.inFlight });
    }
    return found;
  }

  get isInFlight(): boolean {
    return this.inFlight > 0;
  }

  /** Takes everything out. Only while nothing is in flight. */
  empty(): PendingRecord[] {
    return this.queue.splice(0).filter(({ settled }) => !settled);
  }

  /** Settled records at the head (their time was up) are not sent; only while nothing is in flight. */
  private dropSettled(): void {
    if (this.queue[0]?.settled) this.queue = this.queue.filter(({ settled }) => !settled);
  }
}
