import type { KafkaConnection } from '../../client/connection.js';
import { consumerFault } from '../../client/consumer-health.js';
import type { IncomingRecord, RecordReceipt } from '../../client/record.js';
import { partitionKey } from '../../client/topic-partition.js';
import { TailConsumer } from './tail-consumer.js';

/** A part of what a {@link TopicFollower} reads: what it keeps in memory of its topics. */
export interface FollowedTopics {
  readonly topics: readonly string[];
  /** Takes records of one partition, in order. */
  take(records: readonly IncomingRecord[]): void;
  /** Called once everything that stood in the topics at the start was taken. */
  onRead?(): void;
}

export interface TopicFollowerOptions {
  readonly connection: KafkaConnection;
  readonly parts: readonly FollowedTopics[];
  /** The beginning of its consumer group's random name. */
  readonly groupIdPrefix: string;
  /** The log can not be followed any more: only a restart helps. */
  readonly onFatal: (error: Error) => void;
}

/** The place of a record in the log. */
export type RecordPlace = Pick<RecordReceipt, 'topic' | 'partition' | 'offset'>;

/** Keeps what topics say in the memory of a process: reads them from the beginning, then follows them. */
export class TopicFollower {
  private readonly tail: TailConsumer;
  private readonly partOf = new Map<string, FollowedTopics>();
  /** The offset after the last record taken, by partition. */
  private readonly next = new Map<string, number>();
  private waiters: { readonly place: RecordPlace; readonly resolve: () => void }[] = [];
  private isAtEnd = false;
  private readonly read: Promise<void>;
  private tellRead: () => void = () => undefined;
  private readonly stopped: Promise<void>;
  private endWaits: () => void = () => undefined;

  constructor(options: TopicFollowerOptions) {
    this.read = new Promise((resolve) => (this.tellRead = resolve));
    this.stopped = new Promise((resolve) => (this.endWaits = resolve));
    for (const part of options.parts) for (const topic of part.topics) this.partOf.set(topic, part);
    this.tail = new TailConsumer(options.connection, {
      groupIdPrefix: options.groupIdPrefix,
      topics: () => [...this.partOf.keys()],
      from: 'start',
      onRecords: (records) => this.take(records),
      onFatal: options.onFatal,
    });
  }

  /** Whether everything that stood in the topics at {@link start} was taken. */
  get isRead(): boolean {
    return this.isAtEnd;
  }

  /**
   * Resolves once everything that stood in the topics when it began was taken; waits for Kafka as long as it takes. The topics
   * have to exist.
   * @returns false when stopped meanwhile
   */
  async start(): Promise<boolean> {
    const caughtUp = this.tail.start().then(() => this.tail.caughtUp());
    await Promise.race([caughtUp.then(() => this.noteRead()), this.stopped]);
    return this.isAtEnd;
  }

  async stop(): Promise<void> {
    this.endWaits();
    await this.tail.stop();
  }

  /** Resolves once {@link start} has. */
  whenRead(): Promise<void> {
    return this.read;
  }

  /** Resolves once the record at this place is taken, or reading has stopped. */
  passed(place: RecordPlace): Promise<void> {
    if (this.hasPassed(place)) return Promise.resolve();
    const taken = new Promise<void>((resolve) => this.waiters.push({ place, resolve }));
    return Promise.race([taken, this.stopped]);
  }

  /** The fault is null while what was read can be relied on: while it joins its group again, too. */
  health(): { readonly isRead: boolean; readonly isJoined: boolean; readonly fault: string | null } {
    const { joined, partitions } = this.tail.health();
    return { isRead: this.isAtEnd, isJoined: joined, fault: consumerFault({ joined: true, partitions }) };
  }

  private noteRead(): void {
    this.isAtEnd = true;
    for (const part of new Set(this.partOf.values())) part.onRead?.();
    this.tellRead();
  }

  private take(records: readonly IncomingRecord[]): void {
    const { offset, ...partition } = records.at(-1)!;
    this.partOf.get(partition.topic)?.take(records);
    this.next.set(partitionKey(partition), offset + 1);
    this.waiters = this.waiters.filter(({ place, resolve }) => {
      const passed = this.hasPassed(place);
      if (passed) resolve();
      return !passed;
    });
  }

  private hasPassed({ offset, ...partition }: RecordPlace): boolean {
    return offset < (this.next.get(partitionKey(partition)) ?? 0);
  }
}
