import { inTime } from '@jobstream/runtime';
import type { IncomingRecord, TopicPartition } from '../../client/record.js';
import { partitionKey } from '../../client/topic-partition.js';
import type { FetchedBatch } from '../consumer-session.js';
import { copyRecord, keptBytes, lendRecord } from '../copy-record.js';
import { GroupReader, type GroupReaderOptions } from '../group-reader.js';
import type { MissingPlace } from '../offset-range.js';
import { mayPass } from '../partition-trouble.js';
import { PositionedPartition, type Amount } from './positioned-partition.js';

const defaultBufferRecords = 50_000;
const defaultBufferBytes = 64 * 1024 * 1024;
const maxHintMs = 2_000;
/** A batch of so many records does not wait for more. */
const maxGatheredRecords = 100;

export interface PositionedConsumerOptions extends GroupReaderOptions {
  /** Where to begin with each newly assigned partition, in their order; -1 is the log's start. Repeated until it succeeds. */
  positions(partitions: TopicPartition[]): Promise<number[]>;
  /** Records of one partition, in order and without a gap; `logEnd` is the offset after the partition's last one. */
  onRecords(records: IncomingRecord[], logEnd: number): void;
  /** Whether `onRecords` is done with keys and values when it returns, so that they need not be copied (default false). */
  lends?: boolean;
  /**
   * Everything of the partition below `next` was handed over, or is gone from the log; also where the last offsets are no
   * records.
   */
  onPosition?(partition: TopicPartition, next: number): void;
  /**
   * The log ends before the position: it was made anew, or cut. Reading begins again at `start`, so that records may be handed
   * over twice. Without this, reading of the partition stands still.
   */
  onMadeAnew?(partition: TopicPartition, start: number): void;
  onAssigned?(partitions: TopicPartition[]): void;
  /** This process no longer holds these partitions: what was handed over of them is not to be released. */
  onLost?(partitions: TopicPartition[]): void;
  /** Bounds of what is handed over and not released, all partitions together; a fetch may overshoot (50,000; 64 MiB). */
  bufferRecords?: number;
  bufferBytes?: number;
  /**
   * Small fetches are handed over at least this many ms apart, so that a steady trickle wakes neither the owner nor the broker
   * for each record (default 0).
   */
  gatherMs?: number;
  /** Whether released positions are committed every 5 s, for tools that show lag (default true). Nothing is read from there. */
  commitHints?: boolean;
}

/**
 * Reads topics as a member of a group from positions that its owner keeps, together with what it makes of the records. A
 * partition kept over a join continues where it was. {@link GroupReader} has the life of a partition.
 */
export class PositionedConsumer extends GroupReader<PositionedPartition, PositionedConsumerOptions> {
  /** The records handed over and not released, all partitions together. */
  private readonly buffered: Amount = { records: 0, bytes: 0 };
  private isFull = false;
  private hintInFlight: Promise<void> | null = null;
  private lastFetch = { number: 0, at: 0 };

  /** Everything of the partition below `next` is done with. Ignored for partitions not held. */
  release(topic: string, partition: number, next: number): void {
    const held = this.held.get(partitionKey({ topic, partition }));
    if (held) this.free(held.release(next));
  }

  /** Reading continues at `offset`; what is handed over counts as released. Ignored for partitions not held. */
  seekTo(topic: string, partition: number, offset: number): void {
    const held = this.held.get(partitionKey({ topic, partition }));
    if (!held) return;
    this.free(held.moveTo(offset));
    if (this.gate.isSettled) this.seek(held);
  }

  protected async findPlaces(assigned: readonly TopicPartition[], isOver: () => boolean): Promise<void> {
    const added = assigned.filter((each) => !this.held.has(partitionKey(each)));
    if (added.length === 0) return;
    const positions = await this.options.positions(added);
    const atStart = added.filter((_, index) => !isOffset(positions[index]));
    const topics = [...new Set(atStart.map(({ topic }) => topic))];
    const starts = await this.member.reader.offsetsAt(topics, 'start');
    if (isOver()) return;
    added.forEach(({ topic, partition }, index) => {
      const position = positions[index];
      const next = isOffset(position) ? position : (starts.get(topic)?.[partition] ?? 0);
      this.hold(new PositionedPartition(topic, partition, next));
    });
    this.options.onAssigned?.(added);
  }

  /** The first batch of a fetch waits: the others of it follow at once, and the next fetch brings what came meanwhile. */
  protected override delayOf({ fetch, messages }: FetchedBatch): number {
    const { gatherMs = 0 } = this.options;
    if (gatherMs === 0 || fetch === this.lastFetch.number) return 0;
    const now = performance.now();
    const restMs = this.lastFetch.at + gatherMs - now;
    const delayMs = messages.length < maxGatheredRecords ? Math.max(0, restMs) : 0;
    this.lastFetch = { number: fetch, at: now + delayMs };
    return delayMs;
  }

  protected take(held: PositionedPartition, batch: FetchedBatch): void {
    if (!batch.resolve()) return;
    const hand = this.options.lends ? lendRecord : copyRecord;
    const records: IncomingRecord[] = [];
    let bytes = 0;
    for (const message of batch.messages) {
      if (message.offset < held.next) continue;
      const record = hand(batch.topic, batch.partition, message);
      records.push(record);
      bytes += keptBytes(record);
    }
    held.advance(batch.next, batch.logEnd, { records: records.length, bytes });
    this.buffered.records += records.length;
    this.buffered.bytes += bytes;
    if (records.length > 0) this.options.onRecords(records, batch.logEnd);
    this.options.onPosition?.(held, batch.next);
    this.noteBuffered();
  }

  protected mustPause(): boolean {
    return this.isFull;
  }

  protected leaveMissingPlace(held: PositionedPartition, place: MissingPlace): string | null {
    const { onMadeAnew } = this.options;
    if (place.kind === 'cut' && onMadeAnew === undefined)
      return `${place.what}. Reading stands still: set the position that is kept for it to ${place.unread} to go on`;
    this.free(held.moveTo(place.start));
    if (place.kind === 'deleted') {
      this.options.onPosition?.(held, place.start);
      return null;
    }
    if (place.kind === 'cut') {
      const message = `${place.what}. Reading begins again at its start, ${place.start}`;
      this.alarms.raise('offset_out_of_range', held.topic, held.partition, message);
    }
    onMadeAnew?.(held, place.start);
    return null;
  }

  protected letGo(held: PositionedPartition): void {
    this.free(held.release(Infinity));
  }

  protected lookAfter(): void {
    this.commitHints();
    void this.findDeleted();
  }

  protected async beforeLeave(): Promise<void> {
    this.commitHints();
    if (this.hintInFlight) await inTime(this.hintInFlight, maxHintMs);
  }

  /**
   * Looks for partitions whose place was deleted. kafkajs moves to the log's start without a word, and where nothing is left
   * there, no batch would show it.
   */
  private async findDeleted(): Promise<void> {
    const looked = [...this.held.values()];
    const topics = new Set(looked.map(({ topic }) => topic));
    const starts = await this.member.reader.offsetsAt([...topics], 'start').catch(() => null);
    for (const held of looked) {
      if (!this.isHeld(held) || !this.gate.isSettled) continue;
      if (held.trouble && !mayPass(held.trouble)) continue;
      if (held.next < (starts?.get(held.topic)?.[held.partition] ?? 0)) this.check(held);
    }
  }

  private free({ records, bytes }: Amount): void {
    this.buffered.records -= records;
    this.buffered.bytes -= bytes;
    this.noteBuffered();
  }

  /** All partitions are paused when the buffer is full, and resumed when it is half empty. */
  private noteBuffered(): void {
    const { bufferRecords = defaultBufferRecords, bufferBytes = defaultBufferBytes } = this.options;
    const { records, bytes } = this.buffered;
    const factor = this.isFull ? 0.5 : 1;
    const isFull = records >= bufferRecords * factor || bytes >= bufferBytes * factor;
    if (isFull === this.isFull) return;
    this.isFull = isFull;
    this.applyPauses();
  }

  private commitHints(): void {
    if (this.options.commitHints === false || this.hintInFlight || !this.gate.isSettled) return;
    const news = [...this.held.values()].flatMap((held) => {
      const commit = held.nextCommit();
      return commit ? [{ topic: held.topic, partition: held.partition, ...commit }] : [];
    });
    if (news.length === 0) return;
    const commits = news.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset,
      metadata: null,
    }));
    const sent = this.member.session?.commit(commits);
    this.hintInFlight =
      sent
        ?.then(() => news.forEach(({ landed }) => landed()))
        .catch(() => {}) // the next hint says the same and more
        .finally(() => (this.hintInFlight = null)) ?? null;
  }
}

function isOffset(position: number | undefined): position is number {
  return position !== undefined && position >= 0;
}
