import type { Commit } from '../../client/cluster-reader.js';
import type { HeadOfLine, PartitionHealth } from '../../client/consumer-health.js';
import type { FetchedBatch, OffsetCommit } from '../consumer-session.js';
import { copyRecord, keptBytes } from '../copy-record.js';
import type { FetchedRecord } from '../../client/kafkajs/fetched-records.js';
import type { CommitHistory } from './join-decision.js';
import { LogTime } from '../../client/log-time.js';
import { decodeOffsetMap, encodeOffsetMap, FULL_MAP_BYTES } from '../offset-map.js';
import { NOBODY, PartitionMemory } from './partition-memory.js';
import { haltOf, type PartitionTrouble } from '../partition-trouble.js';
import { PartitionTracker } from './partition-tracker.js';
import { WorkDelivery, type DeliveryOwner } from './work-delivery.js';
import { steadyTime } from '../../client/steady-time.js';

/** What a held partition tells its consumer. */
export interface HeldPartitionEvents {
  /** Something has ended: there may be something new to commit, and less is running. */
  changed(): void;
  /** How much waits to be begun has changed. */
  waitingChanged(held: HeldPartition): void;
  /** This record has to be handed over (again). */
  handOver(delivery: WorkDelivery): void;
  mayBegin(): boolean;
  /** Whether nobody else can hold the partition. Where not, it is about to be lost. */
  isSure(): boolean;
}

/**
 * A partition this process holds: from a join that gives it something new to the join (or end) that takes it away.
 * Joins in between at which it is found kept do not end it.
 */
export class HeldPartition implements DeliveryOwner {
  private readonly tracker: PartitionTracker<WorkDelivery>;
  private readonly events: HeldPartitionEvents;
  private readonly processId: string;
  /** Still running from an earlier tenure of this partition: done counts, anything else starts the record afresh. */
  private readonly tied: Map<number, WorkDelivery>;
  private readonly historySoFar: { -readonly [field in keyof CommitHistory]: CommitHistory[field] };
  private committedChanges = 0;
  private waitingRecords = 0;
  private bytesWaiting = 0;
  private runningRecords = 0;
  private logEnd = 0;
  private mapBytes = 0;
  /** Also of what others have read before. */
  private readonly time: LogTime;
  /** The pause flag as last set at kafkajs. */
  isPaused = false;
  /** kafkajs was told to go on at `next`, and nothing has been read since. */
  isSought = false;
  /** Why nothing is read. */
  trouble: PartitionTrouble | null = null;

  /**
   * @param commit the group's commit; without one reading begins at `logStart`
   * @param memory what this process knows of it from before
   */
  constructor(
    readonly topic: string,
    readonly partition: number,
    processId: string,
    commit: Commit | null,
    logStart: number,
    memory: PartitionMemory | null,
    events: HeldPartitionEvents,
  ) {
    const map = commit && decodeOffsetMap(commit.offset, commit.metadata);
    this.processId = processId;
    this.events = events;
    this.historySoFar = { startedFrom: commit, acknowledged: null, sent: memory?.history.sent ?? 0 };
    this.tracker = new PartitionTracker({
      watermark: commit?.offset ?? logStart,
      done: [...(map?.done ?? []), ...(memory?.finishedRuns ?? [])],
      attempts: map?.attempts ?? [],
    });
    this.time = new LogTime([map?.lastTime ?? null, memory?.lastTime ?? null], commit === null);
    this.tied = new Map([...(memory?.running ?? [])].filter(([offset]) => this.tracker.isNew(offset)));
    for (const delivery of this.tied.values()) delivery.owner = this;
    if (memory) this.recommit();
  }

  get next(): number {
    return this.tracker.next;
  }

  get lastTime(): number | null {
    return this.time.latest;
  }

  get history(): CommitHistory {
    return this.historySoFar;
  }

  get waiting(): number {
    return this.waitingRecords;
  }

  get waitingBytes(): number {
    return this.bytesWaiting;
  }

  /** How many records of this partition this process runs, those of an earlier tenure included. */
  get running(): number {
    return this.runningRecords + this.tied.size;
  }

  /** The finished offsets above the lowest unfinished one fill the commit: it has to move first. */
  get isMapFull(): boolean {
    return this.mapBytes >= FULL_MAP_BYTES;
  }

  /** Takes a batch that begins at or below `next`; answers what has to be handed over. */
  take(
    { messages, next, logEnd, lastTime }: Pick<FetchedBatch, 'messages' | 'next' | 'logEnd' | 'lastTime'>,
    now: number,
  ): WorkDelivery[] {
    const deliveries: WorkDelivery[] = [];
    this.logEnd = logEnd;
    this.time.note(lastTime);
    for (const message of messages) {
      const { offset } = message;
      if (!this.tracker.isNew(offset)) continue;
      const delivery = this.open(message, offset, now);
      if (delivery) deliveries.push(delivery);
    }
    this.skipTo(next);
    this.isSought = false;
    if (deliveries.length > 0) this.events.waitingChanged(this);
    return deliveries;
  }

  /** The log has nothing to read before `offset`. */
  skipTo(offset: number): void {
    const before = this.tracker.changes;
    this.tracker.skipTo(offset);
    if (this.tracker.changes !== before) this.events.changed();
  }

  /** What is new since the last commit, to be sent now; null when there is nothing. */
  nextCommit(): { commit: OffsetCommit; landed(): void } | null {
    const { changes, watermark } = this.tracker;
    if (changes === this.committedChanges) return null;
    const number = this.historySoFar.sent + 1;
    const metadata = encodeOffsetMap(watermark, {
      processId: this.processId,
      commitNumber: number,
      done: this.tracker.done,
      attempts: this.tracker.attempts,
      lastTime: this.time.latest,
    });
    this.historySoFar.sent = number;
    this.mapBytes = metadata.length;
    return {
      commit: { topic: this.topic, partition: this.partition, offset: watermark, metadata },
      landed: () => {
        this.committedChanges = changes;
        this.historySoFar.acknowledged = { offset: watermark, number };
      },
    };
  }

  /** The group's commit does not say what we know: it has to be written again. */
  recommit(): void {
    this.committedChanges = -1;
    this.events.changed();
  }

  /** Ends the tenure: what is not begun is nobody's any more, what runs is remembered. */
  lose(now: number): PartitionMemory {
    const running: WorkDelivery[] = [...this.tied.values()];
    for (const delivery of this.tracker.outstanding.values()) {
      if (delivery.isRunning) running.push(delivery);
      else delivery.owner = NOBODY;
    }
    const { watermark, done, changes } = this.tracker;
    const finished = [{ from: 0, to: watermark }, ...done];
    const isCommitted = changes === this.committedChanges;
    const known = { finished, isCommitted, lastTime: this.time.latest };
    return new PartitionMemory(this.historySoFar, known, running, now, () => this.events.changed());
  }

  health(): PartitionHealth {
    const { next, outstanding, doneCount } = this.tracker;
    return {
      topic: this.topic,
      partition: this.partition,
      committed: this.historySoFar.acknowledged?.offset ?? null,
      next,
      logEnd: this.logEnd,
      outstanding: outstanding.size,
      running: this.running,
      doneAboveWatermark: doneCount,
      headOfLine: this.headOfLine(),
      paused: this.isPaused,
      halted: haltOf(this.trouble),
    };
  }

  isCurrent(delivery: WorkDelivery): boolean {
    return this.tied.get(delivery.record.offset) !== delivery && this.events.isSure();
  }

  mayBegin(delivery: WorkDelivery): boolean {
    return this.isCurrent(delivery) && this.events.mayBegin();
  }

  began(delivery: WorkDelivery): void {
    this.waitingRecords -= 1;
    this.bytesWaiting -= delivery.bytes;
    this.runningRecords += 1;
    this.events.waitingChanged(this);
  }

  attemptsNoted({ record: { offset } }: WorkDelivery, used: number): void {
    this.tracker.noteAttempts(offset, used);
    this.events.changed();
  }

  finished(delivery: WorkDelivery): void {
    const { offset } = delivery.record;
    if (!this.tied.delete(offset)) this.runningRecords -= 1;
    this.tracker.finish(offset);
    this.events.changed();
  }

  abandoned(delivery: WorkDelivery): void {
    const { offset } = delivery.record;
    if (this.tied.delete(offset)) {
      const waiting = this.tracker.outstanding.get(offset);
      if (waiting) this.handOver(waiting); // else it is handed over once it is read again
    } else {
      this.runningRecords -= 1;
      const again = new WorkDelivery(
        delivery.record,
        this.tracker.attemptsUsed(offset),
        Math.round(steadyTime()),
        delivery.bytes,
        this,
      );
      this.tracker.replace(offset, again);
      this.handOver(again);
    }
    this.events.changed();
  }

  private open(message: FetchedRecord, offset: number, now: number): WorkDelivery | null {
    const record = copyRecord(this.topic, this.partition, message);
    const bytes = keptBytes(record);
    const delivery = new WorkDelivery(record, this.tracker.attemptsUsed(offset), now, bytes, this);
    this.tracker.open(offset, delivery);
    if (this.tied.has(offset)) return null; // this process still runs it
    this.waitingRecords += 1;
    this.bytesWaiting += bytes;
    return delivery;
  }

  private handOver(delivery: WorkDelivery): void {
    this.waitingRecords += 1;
    this.bytesWaiting += delivery.bytes;
    this.events.handOver(delivery);
    this.events.waitingChanged(this);
  }

  private headOfLine(): HeadOfLine | null {
    const { watermark } = this.tracker;
    const lowest = this.tracker.outstanding.get(watermark);
    if (!lowest) return null;
    return { topic: this.topic, partition: this.partition, offset: watermark, since: lowest.handedOverAt };
  }
}
