import type { Consumer, EachBatchPayload, PartitionAssigner } from 'kafkajs';
import { inTime } from '@jobstream/runtime';
import type { KafkaConnection } from '../client/connection.js';
import { isPassingCrash } from '../client/crash.js';
import type { FetchedRecord } from '../client/kafkajs/fetched-records.js';
import { forgetStanding, standingOf } from '../client/kafkajs/group-standing.js';
import type { CommittedTopic, GroupMembership } from '../client/kafkajs/internals.js';
import type { TopicPartition } from '../client/record.js';

/** A member that its coordinator has not heard of for this long loses its partitions to others. */
export const sessionTimeoutMs = 6_000;
/** kafkajs sends a heartbeat this often, unless something holds it up. */
const heartbeatMs = 500;
/** A proof older than this is renewed over another connection. */
const oldProofMs = 1_000;

/** kafkajs' settings for a consumer here; times in ms. */
export interface SessionSettings {
  groupId: string;
  topics: readonly string[];
  assigner: PartitionAssigner;
  requestTimeoutMs: number;
  /** Commits for the member, over another connection than kafkajs'. */
  commit(membership: GroupMembership, topics: CommittedTopic[]): Promise<void>;
  /** Proves that the partitions are still the member's, over another connection than kafkajs'. */
  prove(membership: GroupMembership): Promise<void>;
}

/** One partition's part of a fetch answer: records only, maybe none, contiguous from `fetchedFrom` on. */
export interface FetchedBatch {
  topic: string;
  partition: number;
  /** The number of its fetch in the session. Several may be on their way, one to each broker. */
  fetch: number;
  /** The offset that was asked for. */
  fetchedFrom: number;
  messages: readonly FetchedRecord[];
  /** The latest time in it, in milliseconds since 1970; markers have one too. */
  lastTime: number;
  /** Why it cannot be read; it has no messages then. */
  fault: string | null;
  /** The offset after everything in it, transaction markers included. */
  next: number;
  /** The offset after the partition's last record. */
  logEnd: number;
  /** Has the next fetch continue after this batch; without it the same records come again. False where the partition was just lost. */
  resolve(): boolean;
  /** Sends a heartbeat if one is due. To be called while the batch has to wait. */
  heartbeat(): Promise<void>;
}

/** An offset to commit. */
export interface OffsetCommit extends TopicPartition {
  offset: number;
  metadata: string | null;
}

/** Events of a session. All but `batch` are called synchronously, in the order in which things happen. */
export interface SessionEvents {
  /** Joined, with this assignment: a new generation of the group. Kept partitions start again from their commits. */
  joined(assigned: TopicPartition[]): void;
  /** A new generation is about to be joined. Until `joined`, which may take seconds, commits still count for the old one. */
  rebalancing(): void;
  batch(batch: FetchedBatch): Promise<void> | void;
}

/** How a session ended by itself. `passing`: trying again may help (Kafka away); otherwise it would fail the same way. */
export interface SessionEnd {
  error: Error;
  passing: boolean;
}

interface FetchedOf {
  readonly messages: readonly FetchedRecord[];
  readonly rawMessages: readonly FetchedRecord[];
  readonly fetchedOffset: string;
}

/**
 * One life of a kafkajs consumer, from connecting to leaving the group. kafkajs joins again by itself within it
 * (each time a new generation); after a crash or for other topics a new session is made.
 */
export class ConsumerSession {
  /** Resolves if the session ends without `stop`. */
  readonly ended: Promise<SessionEnd>;
  private readonly consumer: Consumer;
  private readonly settings: SessionSettings;
  private readonly events: SessionEvents;
  private state: 'starting' | 'joined' | 'over' = 'starting';
  private running: Promise<void> = Promise.resolve();
  private end: (end: SessionEnd) => void = () => {};
  private passing = false;
  /** The generation joined last. Until the next is, which may take seconds, commits count for this one. */
  private membership: GroupMembership | null = null;
  private proofs: NodeJS.Timeout | null = null;
  private isProving = false;
  private commitSentAt: number | null = null;
  private lastSign = performance.now();
  private fetches = 0;

  constructor(connection: KafkaConnection, settings: SessionSettings, events: SessionEvents) {
    this.events = events;
    this.settings = settings;
    this.ended = new Promise((resolve) => (this.end = resolve));
    const client = connection.openClient({ requestTimeoutMs: settings.requestTimeoutMs });
    this.consumer = client.consumer({
      groupId: settings.groupId,
      partitionAssigners: [settings.assigner],
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: 10_000,
      heartbeatInterval: heartbeatMs,
      metadataMaxAge: 30_000,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 250,
      maxBytesPerPartition: 1024 * 1024,
      maxBytes: 16 * 1024 * 1024,
      retry: {
        initialRetryTime: 100,
        maxRetryTime: 2_000,
        retries: 5,
        // Called only for what kafkajs would restart by itself. We restart it ourselves, because we keep the offsets ourselves.
        restartOnFailure: async () => {
          this.passing = true;
          return false;
        },
      },
    });
    this.listen();
  }

  get isJoined(): boolean {
    return this.state === 'joined';
  }

  /**
   * ms since a request was sent whose answer shows that the partitions are still this member's; Infinity before it has any.
   * Beyond {@link sessionTimeoutMs} others may hold them.
   */
  get unprovenMs(): number {
    const standing = this.membership && standingOf(this.membership.memberId);
    return standing ? performance.now() - standing.provenAt : Infinity;
  }

  /** ms since the loop last showed life; a commit without an answer ages it too. */
  get silentMs(): number {
    const now = performance.now();
    return Math.max(now - this.lastSign, this.commitSentAt === null ? 0 : now - this.commitSentAt);
  }

  /** Connects and joins; failures end the session. */
  start(): void {
    this.running = this.run().catch((error: unknown) =>
      this.over(error as Error, isPassingCrash(error as Error)),
    );
  }

  /** Leaves the group. Resolves after `limitMs` even if Kafka does not answer. */
  async stop(limitMs: number): Promise<void> {
    this.finish();
    // kafkajs can't be stopped while it joins: what comes up after this is taken down again.
    const down = this.consumer.disconnect().catch(() => {});
    const late = this.running.then(() => this.consumer.disconnect()).catch(() => {});
    await inTime(Promise.all([down, late]), limitMs);
  }

  /** Sets the pause flag of partitions. kafkajs keeps these flags even for partitions it loses. */
  pause(partitions: readonly TopicPartition[]): void {
    if (this.state !== 'over') this.consumer.pause(toKafkajs(partitions));
  }

  resume(partitions: readonly TopicPartition[]): void {
    if (this.state !== 'over') this.consumer.resume(toKafkajs(partitions));
  }

  /** The next fetch of the partition starts at `offset`. Only for one assigned in the present generation. */
  seek(topic: string, partition: number, offset: number): void {
    if (this.state !== 'over') this.consumer.seek({ topic, partition, offset: String(offset) });
  }

  /** Commits once under the generation joined last; null before the first join. */
  commit(offsets: readonly OffsetCommit[]): Promise<void> | null {
    if (!this.membership) return null;
    this.commitSentAt = performance.now();
    return this.settings
      .commit(this.membership, committedTopics(offsets))
      .finally(() => (this.commitSentAt = null));
  }

  private async run(): Promise<void> {
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [...this.settings.topics], fromBeginning: true });
    if (this.state === 'over') return;
    await this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.take(payload),
    });
  }

  private listen(): void {
    const { events } = this.consumer;
    const alive = (): void => void (this.lastSign = performance.now());
    this.consumer.on(events.HEARTBEAT, alive);
    this.consumer.on(events.FETCH, () => {
      alive();
      this.fetches += 1;
    });
    this.consumer.on(events.END_BATCH_PROCESS, alive);
    this.consumer.on(events.GROUP_JOIN, ({ payload }) => {
      alive();
      if (this.state === 'over') return;
      this.state = 'joined';
      this.joined(payload.memberId);
      const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      this.events.joined(assigned);
    });
    this.consumer.on(events.REBALANCING, () => {
      if (this.state !== 'joined') return;
      this.events.rebalancing();
    });
    this.consumer.on(events.CRASH, ({ payload: { error } }) => {
      this.over(error, this.passing || isPassingCrash(error));
    });
  }

  private async take({ batch, resolveOffset, heartbeat }: EachBatchPayload): Promise<void> {
    if (this.state !== 'joined') return;
    // kafkajs' batch holds what our decoder made, and knows what was asked for; its types don't.
    const { messages, rawMessages, fetchedOffset } = batch as unknown as FetchedOf;
    const next = Number(batch.lastOffset()) + 1;
    const fault = messages[0]?.fault ?? null;
    await this.events.batch({
      topic: batch.topic,
      partition: batch.partition,
      fetch: this.fetches,
      fetchedFrom: Number(fetchedOffset),
      messages: fault === null ? messages : [],
      lastTime: rawMessages.reduce((last, { timestamp }) => Math.max(last, timestamp), 0),
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

  private joined(memberId: string): void {
    const { groupId } = this.settings;
    if (this.membership && this.membership.memberId !== memberId) forgetStanding(this.membership.memberId);
    this.membership = { groupId, memberId, generation: standingOf(memberId)!.generation };
    this.proofs ??= setInterval(() => void this.prove(), heartbeatMs);
  }

  /** While kafkajs joins again, its JoinGroup request has no answer, and it sends no heartbeat. */
  private async prove(): Promise<void> {
    if (this.isProving || !this.membership || this.unprovenMs < oldProofMs) return;
    this.isProving = true;
    await this.settings.prove(this.membership).catch(() => {}); // without an answer the last proof grows older
    this.isProving = false;
  }

  private over(error: Error, passing: boolean): void {
    if (this.state === 'over') return;
    this.finish();
    this.end({ error, passing });
  }

  private finish(): void {
    this.state = 'over';
    if (this.proofs) clearInterval(this.proofs);
    if (this.membership) forgetStanding(this.membership.memberId);
    this.membership = null;
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
