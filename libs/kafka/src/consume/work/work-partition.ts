import type { Commit } from '../../client/cluster-reader.js';
import type { HeadOfLine, PartitionHealth } from '../../client/consumer-health.js';
import type { FetchedRecord } from '../../client/kafkajs/fetched-records.js';
import { LogTime } from '../../client/log-time.js';
import { steadyTime } from '../../client/steady-time.js';
import type { FetchedBatch, OffsetCommit } from '../consumer-session.js';
import { copyRecord, keptBytes } from '../copy-record.js';
import { HeldPartition } from '../held-partition.js';
import { haltOf } from '../partition-trouble.js';
import type { CommitHistory } from './join-decision.js';
import { LostPartition, nobody } from './lost-partition.js';
import { decodeOffsetMap, encodeOffsetMap, fullMapBytes, type OpenOffset } from './offset-map.js';
import { PartitionTracker } from './partition-tracker.js';
import { Suspects, type Suspicion } from './suspects.js';
import { judgeTakeover } from './takeover.js';
import { WorkDelivery, type DeliveryKeeper } from './work-delivery.js';

/** A partition's way back to its consumer. */
export interface WorkPartitionEvents {
  /** A delivery has begun or ended: there may be something new to commit, and another number is running. */
  changed(): void;
  /** More or fewer deliveries wait to begin. */
  waitingChanged(held: WorkPartition): void;
  /** An abandoned record is to be handed over again. */
  handOver(delivery: WorkDelivery): void;
  /** Whether the consumer lets deliveries begin: it does not drain. */
  mayBegin(): boolean;
  /** Whether nobody else can hold the partition. Where someone can, it is about to be lost. */
  checkSession(): boolean;
  /** Whether another process may get the partition next, because this one gives it away. */
  isHandingOver(): boolean;
}

export interface WorkPartitionOptions {
  readonly topic: string;
  readonly partition: number;
  /** Names this process in its commits. */
  readonly processId: string;
  /** The group's commit; without one reading begins at `logStart`. */
  readonly commit: Commit | null;
  readonly logStart: number;
  /** Where the log ended when the commit was read. */
  readonly logEnd: number;
  /** What this process knows from an earlier epoch in which it held the partition. */
  readonly lost: LostPartition | null;
  readonly events: WorkPartitionEvents;
}

/** What the last commit that has landed says of the open offsets. */
interface Told {
  readonly deathsByOffset: ReadonlyMap<number, number | undefined>;
  readonly orderly: boolean;
}

/**
 * A partition whose records are handed over for work, over one epoch. A record in it is `waiting` (handed over, not begun),
 * `running`, or finished. The commit is the lowest offset that is not finished, with a map of what is finished above it.
 *
 * Invariants:
 * - A record that this process runs, in this epoch or still from an earlier one, is not handed over a second time.
 * - Every offset below the commit is finished.
 * - Once the epoch has ended (`lose`), waiting deliveries are void, and running ones belong to the `LostPartition`.
 */
export class WorkPartition extends HeldPartition implements DeliveryKeeper {
  private readonly tracker: PartitionTracker<WorkDelivery>;
  private readonly events: WorkPartitionEvents;
  private readonly processId: string;
  /** Records that an earlier epoch began and that still run, by offset. Done counts here too. Abandoned: the record is handed over again. */
  private readonly runningFromBefore: Map<number, WorkDelivery>;
  /** Records that this epoch has begun and that have not ended. */
  private readonly begunOffsets = new Set<number>();
  private readonly suspects: Suspects;
  /** Undefined before the first commit of the epoch. */
  private told: Told | undefined;
  private whenTold: { readonly offset: number; readonly deaths: number; readonly resolve: () => void }[] = [];
  private readonly historySoFar: { -readonly [field in keyof CommitHistory]: CommitHistory[field] };
  private committedChanges = 0;
  private waitingRecords = 0;
  private bytesWaiting = 0;
  private runningRecords = 0;
  private logEnd = 0;
  private mapBytes = 0;
  /** Covers what other processes have read before, too. */
  private readonly time: LogTime;

  constructor(options: WorkPartitionOptions) {
    const { topic, partition, processId, commit, logStart, logEnd, lost, events } = options;
    super(topic, partition);
    const map = commit && decodeOffsetMap(commit.offset, commit.metadata);
    this.processId = processId;
    this.events = events;
    this.historySoFar = { startedFrom: commit, acknowledged: null, sent: lost?.history.sent ?? 0 };
    this.tracker = new PartitionTracker({
      watermark: commit?.offset ?? logStart,
      done: [...(map?.done ?? []), ...(lost?.finishedRuns ?? [])],
      attempts: map?.attempts ?? [],
    });
    this.time = new LogTime([map?.lastTime ?? null, lost?.lastTime ?? null], commit === null);
    this.suspects = new Suspects(judgeTakeover(processId, commit), logEnd);
    for (const offset of this.suspects.listed.keys())
      if (!this.tracker.isNew(offset)) this.suspects.drop(offset);
    this.runningFromBefore = new Map(
      [...(lost?.running ?? [])].filter(([offset]) => this.tracker.isNew(offset)),
    );
    for (const delivery of this.runningFromBefore.values()) delivery.owner = this;
    if (lost) this.recommit();
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

  /** How many records of the partition this process runs, those of an earlier epoch included. */
  get running(): number {
    return this.runningRecords + this.runningFromBefore.size;
  }

  /** How many unfinished records the commits list as suspects. */
  get suspectCount(): number {
    return this.suspects.listed.size;
  }

  /** The map of finished offsets fills the commit: the lowest unfinished one has to finish first. */
  get isMapFull(): boolean {
    return this.mapBytes >= fullMapBytes;
  }

  /** Takes a batch that continues at `next`. @returns the deliveries to hand over */
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
    if (deliveries.length > 0) this.events.waitingChanged(this);
    return deliveries;
  }

  /** The log has nothing to read before `offset`. */
  skipTo(offset: number): void {
    const before = this.tracker.changes;
    this.tracker.skipTo(offset);
    if (this.tracker.changes !== before) this.events.changed();
  }

  /**
   * The commit to send now; null where nothing is new since the last that landed. The first of an epoch is always sent: without it
   * nobody would know that this process, and no other, died with what it began.
   */
  nextCommit(): { commit: OffsetCommit; landed(): void } | null {
    const { changes, watermark } = this.tracker;
    const open = this.openOffsets();
    const orderly = this.events.isHandingOver();
    if (changes === this.committedChanges && !this.isNews(open, orderly)) return null;
    const number = this.historySoFar.sent + 1;
    const metadata = encodeOffsetMap(watermark, {
      processId: this.processId,
      commitNumber: number,
      done: this.tracker.done,
      attempts: this.tracker.attempts,
      lastTime: this.time.latest,
      open,
      orderly,
    });
    this.historySoFar.sent = number;
    this.mapBytes = metadata.length;
    return {
      commit: { topic: this.topic, partition: this.partition, offset: watermark, metadata },
      landed: () => {
        this.committedChanges = changes;
        this.historySoFar.acknowledged = { offset: watermark, number };
        this.told = { deathsByOffset: new Map(open.map(({ offset, deaths }) => [offset, deaths])), orderly };
        this.tellWaiting();
      },
    };
  }

  /** The group's commit is not what this process knows: it has to be written again. */
  recommit(): void {
    this.committedChanges = -1;
    this.events.changed();
  }

  /** Ends the epoch. @returns what this process still knows of the partition, and has running */
  lose(now: number): LostPartition {
    for (const { resolve } of this.whenTold.splice(0)) resolve();
    const running: WorkDelivery[] = [...this.runningFromBefore.values()];
    for (const delivery of this.tracker.outstanding.values()) {
      if (delivery.isRunning) running.push(delivery);
      else delivery.owner = nobody;
    }
    const { watermark, done, changes } = this.tracker;
    const finished = [{ from: 0, to: watermark }, ...done];
    const isCommitted = changes === this.committedChanges;
    const known = { finished, isCommitted, lastTime: this.time.latest };
    return new LostPartition(this.historySoFar, known, running, now, () => this.events.changed());
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
    return this.runningFromBefore.get(delivery.record.offset) !== delivery && this.events.checkSession();
  }

  mayBegin(delivery: WorkDelivery): boolean {
    return this.isCurrent(delivery) && this.events.mayBegin();
  }

  began(delivery: WorkDelivery): void {
    const { offset } = delivery.record;
    this.waitingRecords -= 1;
    this.bytesWaiting -= delivery.bytes;
    this.runningRecords += 1;
    this.begunOffsets.add(offset);
    this.suspects.begin(offset);
    this.events.waitingChanged(this);
    this.events.changed();
  }

  suspicionOf({ record: { offset } }: WorkDelivery): Suspicion | undefined {
    return this.suspects.suspicionOf(offset);
  }

  deathsNoted({ record: { offset } }: WorkDelivery, deaths: number): Promise<void> {
    // The log has deleted the record: no commit lists it any more, and nobody runs it next.
    if (offset < this.tracker.watermark) return Promise.resolve();
    this.suspects.note(offset, deaths);
    return new Promise((resolve) => {
      this.whenTold.push({ offset, deaths, resolve });
      this.events.changed();
    });
  }

  attemptsNoted({ record: { offset } }: WorkDelivery, used: number): void {
    this.tracker.noteAttempts(offset, used);
    this.events.changed();
  }

  finished(delivery: WorkDelivery): void {
    const { offset } = delivery.record;
    if (!this.runningFromBefore.delete(offset)) this.runningRecords -= 1;
    this.begunOffsets.delete(offset);
    this.suspects.acquit(offset);
    this.tracker.finish(offset);
    this.events.changed();
  }

  abandoned(delivery: WorkDelivery): void {
    const { offset } = delivery.record;
    this.begunOffsets.delete(offset);
    if (this.runningFromBefore.delete(offset)) {
      const waiting = this.tracker.outstanding.get(offset);
      if (waiting) this.handOver(waiting); // else it is handed over once it has been read again
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
    this.suspects.meet(offset);
    if (this.runningFromBefore.has(offset)) return null; // this process still runs it
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

  /** Ascending: the records that have begun and not ended, and the suspects that have not ended. */
  private openOffsets(): OpenOffset[] {
    const { listed } = this.suspects;
    if (this.running + listed.size === 0) return [];
    const { watermark } = this.tracker;
    const offsets = new Set([...this.begunOffsets, ...this.runningFromBefore.keys(), ...listed.keys()]);
    return [...offsets]
      .filter((offset) => offset >= watermark)
      .sort((one, other) => one - other)
      .map((offset) => ({ offset, deaths: listed.get(offset) }));
  }

  /** Whether the last commit that landed lacks some of it. Listing a record that has ended since does no harm. */
  private isNews(open: readonly OpenOffset[], orderly: boolean): boolean {
    const { told } = this;
    if (told?.orderly !== orderly) return true;
    const { deathsByOffset } = told;
    return open.some(
      ({ offset, deaths }) => !deathsByOffset.has(offset) || deathsByOffset.get(offset) !== deaths,
    );
  }

  private tellWaiting(): void {
    const { deathsByOffset } = this.told!;
    this.whenTold = this.whenTold.filter(({ offset, deaths, resolve }) => {
      const isTold = (deathsByOffset.get(offset) ?? Infinity) >= deaths;
      if (isTold) resolve();
      return !isTold;
    });
  }

  private headOfLine(): HeadOfLine | null {
    const { watermark } = this.tracker;
    const lowest = this.tracker.outstanding.get(watermark);
    if (!lowest) return null;
    return { topic: this.topic, partition: this.partition, offset: watermark, since: lowest.handedOverAt };
  }
}
