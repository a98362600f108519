import type { Consumer, EachBatchPayload, PartitionAssigner } from 'kafkajs';
import type { KafkaConnection } from './connection.js';
import { isPassingCrash } from './crash.js';
import type { FetchedRecord } from './fetched-records.js';
import type { CommittedTopic, GroupMembership } from './kafkajs-internals.js';
import type { TopicPartition } from './record.js';
import { waitAtMost } from './time-limit.js';

/** kafkajs' settings for a consumer here; times in ms. */
export interface SessionSettings {
  groupId: string;
  topics: readonly string[];
  assigner: PartitionAssigner;
  requestTimeoutMs: number;
  /** Commits over another connection than kafkajs'. */
  commitAside(membership: GroupMembership, topics: CommittedTopic[]): Promise<void>;
}

/** One answer of a fetch for one partition: records only, contiguous from `fetchedFrom` on. */
export interface FetchedBatch {
  topic: string;
  partition: number;
  /** Which fetch of the session it came with; several may be on their way, to a broker each. */
  fetch: number;
  /** The offset that was asked for. */
  fetchedFrom: number;
  messages: readonly FetchedRecord[];
  /** Why nothing of it can be read; then there are no messages. */
  fault: string | null;
  /** The offset after everything in it, transaction markers included. */
  next: number;
  /** The offset after the partition's last record. */
  logEnd: number;
  /** The next fetch goes on after this batch; without it the same records come again. False: the partition was just lost. */
  resolve(): boolean;
  /** Sends a heartbeat if one is due; for whoever has to keep the batch waiting. */
  heartbeat(): Promise<void>;
}

/** An offset to commit. */
export interface OffsetCommit extends TopicPartition {
  offset: number;
  metadata: string | null;
}

/** What a session tells its owner. All but `batch` are called synchronously, in the order things happen. */
export interface SessionEvents {
  /** Joined, with this assignment: a new generation of the group. Kept partitions start again from their commits. */
  joined(assigned: TopicPartition[]): void;
  /** A new generation is about to be joined. Until `joined`, which may take seconds, commits still count for the old one. */
  rebalancing(): void;
  batch(batch: FetchedBatch): Promise<void> | void;
  /** kafkajs passed over offsets `from` to `next` by itself: nothing in them is a record to be read. */
  skipped(topic: string, partition: number, from: number, next: number): void;
}

/** How a session ended by itself. `passing`: trying again may help (Kafka away); otherwise it would fail the same way. */
export interface SessionEnd {
  error: Error;
  passing: boolean;
}

interface FetchedOf {
  readonly messages: readonly FetchedRecord[];
  readonly fetchedOffset: string;
}

type Commit = EachBatchPayload['commitOffsetsIfNecessary'];

/**
 * One life of a kafkajs consumer, from connecting to leaving the group. kafkajs joins again by itself within it
 * (each time a new generation); after a crash or for other topics a new session is made.
 */
export class ConsumerSession {
  /** Resolves if the session ends without `stop`. */
  readonly ended: Promise<SessionEnd>;
  readonly #consumer: Consumer;
  readonly #settings: SessionSettings;
  readonly #events: SessionEvents;
  #state: 'starting' | 'joined' | 'over' = 'starting';
  #running: Promise<void> = Promise.resolve();
  #end: (end: SessionEnd) => void = () => {};
  #passing = false;
  #commit: Commit | null = null;
  /** Known from the first heartbeat of a generation on. */
  #membership: GroupMembership | null = null;
  #isRejoining = false;
  #commitSentAt: number | null = null;
  #lastSign = performance.now();
  #fetches = 0;

  constructor(connection: KafkaConnection, settings: SessionSettings, events: SessionEvents) {
    this.#events = events;
    this.#settings = settings;
    this.ended = new Promise((resolve) => (this.#end = resolve));
    const client = connection.openClient({ requestTimeoutMs: settings.requestTimeoutMs });
    this.#consumer = client.consumer({
      groupId: settings.groupId,
      partitionAssigners: [settings.assigner],
      sessionTimeout: 6_000,
      rebalanceTimeout: 10_000,
      heartbeatInterval: 500,
      metadataMaxAge: 30_000,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: 1024 * 1024,
      maxBytes: 16 * 1024 * 1024,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 2_000,
        retries: 5,
        // Called only for what kafkajs would restart by itself. Restarting is ours, so that positions are.
        restartOnFailure: async () => {
          this.#passing = true;
          return false;
        },
      },
    });
    this.#listen();
  }

  get isJoined(): boolean {
    return this.#state === 'joined';
  }

  /** ms since the loop last showed life; a commit without an answer ages it too. */
  get silentMs(): number {
    const now = performance.now();
    return Math.max(now - this.#lastSign, this.#commitSentAt === null ? 0 : now - this.#commitSentAt);
  }

  /** Connects and joins; failures end the session. */
  start(): void {
    this.#running = this.#run().catch((error: unknown) =>
      this.#over(error as Error, isPassingCrash(error as Error)),
    );
  }

  /** Leaves the group. Resolves after `limitMs` even if Kafka does not answer. */
  async stop(limitMs: number): Promise<void> {
    this.#state = 'over';
    // kafkajs can't be stopped while it joins: what comes up after this is taken down again.
    const down = this.#consumer.disconnect().catch(() => {});
    const late = this.#running.then(() => this.#consumer.disconnect()).catch(() => {});
    await waitAtMost(limitMs, Promise.all([down, late]));
  }

  /** Sets the pause flag of partitions. kafkajs keeps these flags even for partitions it loses. */
  pause(partitions: readonly TopicPartition[]): void {
    if (this.#state !== 'over') this.#consumer.pause(toKafkajs(partitions));
  }

  resume(partitions: readonly TopicPartition[]): void {
    if (this.#state !== 'over') this.#consumer.resume(toKafkajs(partitions));
  }

  /** The next fetch of the partition starts at `offset`. Only for one assigned in the present generation. */
  seek(topic: string, partition: number, offset: number): void {
    if (this.#state !== 'over') this.#consumer.seek({ topic, partition, offset: String(offset) });
  }

  /**
   * Commits under the present generation, without repeats; null where that can't be done yet. Must be called
   * from a macrotask or from an event here: between kafkajs' taking of a new generation and `joined` lie microtasks,
   * in which a commit of the old generation's state would pass as one of the new.
   */
  commit(offsets: readonly OffsetCommit[]): Promise<void> | null {
    if (this.#state !== 'joined') return null;
    const topics = committedTopics(offsets);
    const sent = this.#isRejoining
      ? this.#membership && this.#settings.commitAside(this.#membership, topics)
      : this.#commit?.({ topics });
    if (!sent) return null;
    this.#commitSentAt = performance.now();
    return sent.finally(() => (this.#commitSentAt = null));
  }

  async #run(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [...this.#settings.topics], fromBeginning: true });
    if (this.#state === 'over') return;
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#take(payload),
    });
  }

  #listen(): void {
    const { events } = this.#consumer;
    const alive = (): void => void (this.#lastSign = performance.now());
    this.#consumer.on(events.HEARTBEAT, ({ payload: { groupId, memberId, groupGenerationId } }) => {
      alive();
      this.#membership = { groupId, memberId, generation: groupGenerationId };
    });
    this.#consumer.on(events.FETCH, () => {
      alive();
      this.#fetches += 1;
    });
    this.#consumer.on(events.END_BATCH_PROCESS, alive);
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
      alive();
      if (this.#state === 'over') return;
      this.#state = 'joined';
      this.#isRejoining = false;
      this.#membership = null;
      const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      this.#events.joined(assigned);
    });
    this.#consumer.on(events.REBALANCING, () => {
      if (this.#state !== 'joined') return;
      this.#isRejoining = true;
      this.#events.rebalancing();
    });
    this.#consumer.on(events.START_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize > 0 || this.#state !== 'joined') return;
      const last = Number(payload.lastOffset);
      const first = payload.firstOffset === null ? last : Number(payload.firstOffset);
      this.#events.skipped(payload.topic, payload.partition, first, last + 1);
    });
    this.#consumer.on(events.CRASH, ({ payload: { error } }) => {
      this.#over(error, this.#passing || isPassingCrash(error));
    });
  }

  async #take({
    batch,
    resolveOffset,
    heartbeat,
    commitOffsetsIfNecessary,
  }: EachBatchPayload): Promise<void> {
    if (this.#state !== 'joined') return;
    this.#commit = commitOffsetsIfNecessary;
    // kafkajs' batch holds what our decoder made, and knows what was asked for; its types don't.
    const { messages, fetchedOffset } = batch as unknown as FetchedOf;
    const next = Number(batch.lastOffset()) + 1;
    const fault = messages[0]?.fault ?? null;
    await this.#events.batch({
      topic: batch.topic,
      partition: batch.partition,
      fetch: this.#fetches,
      fetchedFrom: Number(fetchedOffset),
      messages: fault === null ? messages : [],
      fault,
      next,
      logEnd: Number(batch.highWatermark),
      resolve: () => {
        try {
          resolveOffset(String(next - 1));
          return true;
        } catch {
          return false; // kafkajs has already taken a new assignment, without this topic
        }
      },
      heartbeat,
    });
  }

  #over(error: Error, passing: boolean): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#end({ error, passing });
  }
}

function committedTopics(offsets: readonly OffsetCommit[]): CommittedTopic[] {
  const byTopic = new Map<string, CommittedTopic['partitions']>();
  for (const { topic, partition, offset, metadata } of offsets) {
    const listed = byTopic.get(topic) ?? [];
    byTopic.set(topic, listed);
    listed.push({ partition, offset: String(offset), metadata });
  }
  return [...byTopic].map(([topic, partitions]) => ({ topic, partitions }));
}

function toKafkajs(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  return partitions.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
}
