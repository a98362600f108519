import { setTimeout as pause } from 'node:timers/promises';
import { inTime } from '@jobstream/runtime';
import type { AlarmBoard } from '../../client/alarm-board.js';
import type { KafkaConnection } from '../../client/connection.js';
import type { AlarmCode, ConsumerAlarm, ConsumerHealth } from '../../client/consumer-health.js';
import type { FetchedBatch } from '../consumer-session.js';
import { completeTimings, type ConsumerTimings } from '../consumer-timings.js';
import { copyRecord, keptBytes, lendRecord } from '../copy-record.js';
import { EpochGate } from '../epoch-gate.js';
import { GroupMember } from '../group-member.js';
import { lookUpRange, type OffsetRange } from '../offset-range.js';
import { cut, mayPass, unreadable, type Halt } from '../partition-trouble.js';
import { ReadPartition } from '../read-partition.js';
import type { IncomingRecord, TopicPartition } from '../../client/record.js';
import { stickyAssigner } from '../sticky-assigner.js';
import { groupByTopic, partitionKey } from '../../client/topic-partition.js';

const BUFFER_RECORDS = 50_000;
const BUFFER_BYTES = 64 * 1024 * 1024;
const UPKEEP_MS = 5_000;
const FLUSH_MS = 2_000;
/** With so much at once nothing is gained by waiting for more. */
const GATHERED_RECORDS = 100;

export interface PositionedConsumerOptions {
  groupId: string;
  /** What to read; asked again every 3 s. Topics that don't exist yet are read once they do. */
  topics: () => readonly string[] | Promise<readonly string[]>;
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
  /** Partitions not held any more: what was handed over of them is not to be released. */
  onLost?(partitions: TopicPartition[]): void;
  onAlarm?(alarm: ConsumerAlarm): void;
  /** The consumer can't go on (an unknown codec, refused credentials): end the process for its supervisor. */
  onFatal(error: Error): void;
  /** Bounds of what is handed over and not released, all partitions together; a fetch may overshoot (50,000; 64 MiB). */
  bufferRecords?: number;
  bufferBytes?: number;
  /**
   * Small fetches are handed over at least so far apart: whoever does not mind being late by that much is not woken for each
   * record of a steady trickle, nor is the broker asked for each (default 0).
   */
  gatherMs?: number;
  /** Whether released positions are committed every 5 s, for tools that show lag (default true). Nothing is read from there. */
  commitHints?: boolean;
  timings?: Partial<ConsumerTimings>;
}

/**
 * Reads topics as a member of a group from positions that its owner keeps, together with what it makes of the records. A
 * partition kept over a join goes on where it was.
 */
export class PositionedConsumer {
  private readonly connection: KafkaConnection;
  private readonly options: PositionedConsumerOptions;
  private readonly member: GroupMember;
  private readonly alarms: AlarmBoard;
  private readonly epoch = new EpochGate();
  private readonly held = new Map<string, ReadPartition>();
  private lastHeld: ReadonlyMap<string, readonly number[]> = new Map();
  private records = 0;
  private bytes = 0;
  private isFull = false;
  private upkeep: NodeJS.Timeout | null = null;
  private hintInFlight: Promise<void> | null = null;
  private lastFetch = { number: 0, at: 0 };

  constructor(connection: KafkaConnection, options: PositionedConsumerOptions) {
    this.options = options;
    this.connection = connection;
    this.alarms = connection.openAlarmBoard(options.onAlarm);
    this.member = new GroupMember(connection, {
      groupId: options.groupId,
      topics: options.topics,
      assigner: stickyAssigner(() => this.lastHeld),
      timings: completeTimings(options.timings),
      alarms: this.alarms,
      events: {
        joined: (assigned) => this.joined(assigned),
        rebalancing: () => {},
        batch: (batch) => this.take(batch),
      },
      leaving: async () => {
        if (this.leavesHints) this.commitHints();
        if (this.hintInFlight) await inTime(this.hintInFlight, FLUSH_MS);
      },
      detached: () => {
        this.epoch.end();
        this.lose([...this.held.values()]);
      },
      onFatal: options.onFatal,
    });
  }

  /** Resolves with the first join (or `stop`): not to be awaited where the process should come up while Kafka is away. */
  async start(): Promise<void> {
    this.upkeep ??= setInterval(() => {
      if (this.leavesHints) this.commitHints();
      void this.findDeleted();
    }, UPKEEP_MS);
    await this.member.start();
  }

  /** Everything of the partition below `next` is done with. Ignored for partitions not held. */
  release(topic: string, partition: number, next: number): void {
    const held = this.held.get(partitionKey({ topic, partition }));
    if (held) this.free(held.release(next));
  }

  /** Reads on from `offset`, what is handed over counts as released. Ignored for partitions not held. */
  seekTo(topic: string, partition: number, offset: number): void {
    const held = this.held.get(partitionKey({ topic, partition }));
    if (!held) return;
    this.free(held.moveTo(offset));
    if (this.epoch.isSettled) this.seek(held);
  }

  async stop(): Promise<void> {
    if (this.upkeep) clearInterval(this.upkeep);
    await this.member.stop();
    this.connection.closeAlarmBoard(this.alarms);
  }

  health(): ConsumerHealth {
    return {
      joined: this.member.isJoined,
      loopAgeMs: Math.round(this.member.silentMs),
      joins: this.member.joins,
      restarts: this.member.restarts,
      partitions: [...this.held.values()].map((held) => held.health()),
      alarms: this.alarms.alarms,
    };
  }

  private get leavesHints(): boolean {
    return this.options.commitHints ?? true;
  }

  private joined(assigned: TopicPartition[]): void {
    const keys = new Set(assigned.map(partitionKey));
    this.lose([...this.held.values()].filter((held) => !keys.has(partitionKey(held))));
    this.lastHeld = groupByTopic(assigned);
    // kafkajs' pause flags outlive assignments: each is set as it should be now.
    this.member.session?.resume(assigned);
    for (const held of this.held.values()) held.isPaused = false;
    this.epoch.begin((isOver) => this.settle(assigned, isOver));
  }

  private async settle(assigned: TopicPartition[], isOver: () => boolean): Promise<void> {
    const added = assigned.filter((each) => !this.held.has(partitionKey(each)));
    const positions = added.length > 0 ? await this.options.positions(added) : [];
    const atStart = added.filter((_, index) => !isOffset(positions[index]));
    const starts = await this.member.reader.offsetsAt(
      [...new Set(atStart.map(({ topic }) => topic))],
      'start',
    );
    if (isOver()) return;
    added.forEach(({ topic, partition }, index) => {
      const position = positions[index];
      const next = isOffset(position) ? position : (starts.get(topic)?.[partition] ?? 0);
      this.held.set(partitionKey({ topic, partition }), new ReadPartition(topic, partition, next));
    });
    // kafkajs begins at its commits, which are hints only: each partition is sent to its place.
    for (const held of this.held.values()) this.seek(held);
    this.applyPauses();
    if (added.length > 0) this.options.onAssigned?.(added);
  }

  private async take(batch: FetchedBatch): Promise<void> {
    await this.gather(batch);
    if (!(await this.epoch.settled(batch.heartbeat))) return;
    const held = this.held.get(partitionKey(batch));
    if (!held || held.trouble) return;
    if (batch.fetchedFrom > held.next || batch.next <= held.next) return this.relocate(held);
    if (batch.fault !== null) return this.halt(held, 'unreadable_batch', unreadable(held, batch.fault));
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
    held.advance(batch.next, batch.logEnd, records.length, bytes);
    this.records += records.length;
    this.bytes += bytes;
    if (records.length > 0) this.options.onRecords(records, batch.logEnd);
    this.options.onPosition?.(held, batch.next);
    this.applyPauses();
  }

  /** Waits with the first batch of a fetch: what comes with it follows at once, and the next fetch brings what came meanwhile. */
  private async gather({ fetch, messages }: FetchedBatch): Promise<void> {
    const { gatherMs = 0 } = this.options;
    if (gatherMs === 0 || fetch === this.lastFetch.number) return;
    const restMs = this.lastFetch.at + gatherMs - performance.now();
    if (restMs > 0 && messages.length < GATHERED_RECORDS) await pause(restMs);
    this.lastFetch = { number: fetch, at: performance.now() };
  }

  /** kafkajs reads elsewhere than we expect: see whether the log still has our place, and go back to it. */
  private relocate(held: ReadPartition): void {
    const before = held.trouble;
    held.trouble = { kind: 'checking' };
    this.applyPauses();
    const { next } = held;
    void lookUpRange(this.member.reader, held, next, null).then((range) => {
      held.trouble = before;
      if (this.held.get(partitionKey(held)) !== held || !this.epoch.isSettled || held.next !== next)
        return this.applyPauses();
      this.place(held, range);
      this.seek(held);
      this.applyPauses();
    });
  }

  /** Goes where the log allows it to go on, and tells where it does not have our place. */
  private place(held: ReadPartition, range: OffsetRange): void {
    if (range.kind === 'deleted') {
      held.trouble = null;
      this.alarms.clear('unreadable_batch', held.topic, held.partition);
      this.move(held, range.start, range.message);
      this.options.onPosition?.(held, range.start);
    } else if (range.kind === 'cut') {
      const { onMadeAnew } = this.options;
      if (onMadeAnew === undefined) {
        const why = `${range.what}. Reading stands still: set the position that is kept for it to ${range.unread} to go on`;
        return this.halt(held, 'log_cut', cut(why));
      }
      this.move(held, range.start, `${range.what}. Reading begins again at its start, ${range.start}`);
      onMadeAnew(held, range.start);
    }
  }

  private move(held: ReadPartition, next: number, why: string): void {
    this.alarms.raise('offset_out_of_range', held.topic, held.partition, why);
    this.free(held.moveTo(next));
  }

  /** Reads no further. */
  private halt(held: ReadPartition, code: AlarmCode, halt: Halt): void {
    held.trouble = halt;
    this.alarms.raise(code, held.topic, held.partition, halt.why);
    this.applyPauses();
  }

  /**
   * Looks for partitions whose place was deleted. kafkajs goes to the log's start without a word, and where nothing is left
   * there is no batch that would show it.
   */
  private async findDeleted(): Promise<void> {
    if (!this.epoch.isSettled) return;
    const looked = [...this.held.values()];
    const topics = new Set(looked.map(({ topic }) => topic));
    const starts = await this.member.reader.offsetsAt([...topics], 'start').catch(() => null);
    for (const held of looked) {
      if (this.held.get(partitionKey(held)) !== held || !this.epoch.isSettled) continue;
      if (held.trouble && !mayPass(held.trouble)) continue;
      if (held.next < (starts?.get(held.topic)?.[held.partition] ?? 0)) this.relocate(held);
    }
  }

  private seek(held: ReadPartition): void {
    held.isSought = true;
    this.member.session?.seek(held.topic, held.partition, held.next);
  }

  private lose(lost: ReadPartition[]): void {
    if (lost.length === 0) return;
    for (const held of lost) {
      this.held.delete(partitionKey(held));
      this.alarms.clearHeld(held);
      this.free(held.release(Infinity));
    }
    this.options.onLost?.(lost.map(({ topic, partition }) => ({ topic, partition })));
  }

  private free({ records, bytes }: { records: number; bytes: number }): void {
    this.records -= records;
    this.bytes -= bytes;
    this.applyPauses();
  }

  /** All partitions pause when the buffer is full, and go on when it is half empty. */
  private applyPauses(): void {
    const factor = this.isFull ? 0.5 : 1;
    this.isFull =
      this.records >= (this.options.bufferRecords ?? BUFFER_RECORDS) * factor ||
      this.bytes >= (this.options.bufferBytes ?? BUFFER_BYTES) * factor;
    for (const held of this.held.values()) {
      const wanted = this.isFull || held.trouble !== null;
      if (wanted === held.isPaused) continue;
      held.isPaused = wanted;
      if (wanted) this.member.session?.pause([held]);
      else this.member.session?.resume([held]);
    }
  }

  private commitHints(): void {
    if (this.hintInFlight || !this.epoch.isSettled) return;
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
