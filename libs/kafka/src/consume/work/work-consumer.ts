import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTime } from '@jobstream/runtime';
import type { AlarmBoard } from '../../client/alarm-board.js';
import type { Commit, GroupCommit } from '../../client/cluster-reader.js';
import { CommitLoop, type PendingCommit } from './commit-loop.js';
import type { KafkaConnection } from '../../client/connection.js';
import type { AlarmCode, ConsumerHealth } from '../../client/consumer-health.js';
import type { FetchedBatch } from '../consumer-session.js';
import { completeTimings } from '../consumer-timings.js';
import { EpochGate } from '../epoch-gate.js';
import { GroupMember } from '../group-member.js';
import { HeldPartition } from './held-partition.js';
import { judgeJoin } from './join-decision.js';
import type { PartitionMemory } from './partition-memory.js';
import { lookUpPlaces, type PartitionPlace } from '../partition-place.js';
import { cut, mayPass, unreadable, type Halt, type PartitionTrouble } from '../partition-trouble.js';
import type { TopicPartition } from '../../client/record.js';
import { lookUpRange, type OffsetRange } from '../offset-range.js';
import { stickyAssigner } from '../sticky-assigner.js';
import { groupByTopic, partitionKey } from '../../client/topic-partition.js';
import type { WorkConsumerOptions } from './work-consumer-options.js';
import type { WorkDelivery } from './work-delivery.js';
import { steadyTime } from '../../client/steady-time.js';

/** Reading goes on below half of it, up to a fetch's wait of 250 ms later: what is left has to last for so long. */
const BUFFER_PER_PARTITION = 4_000;
const BUFFER_BYTES = 64 * 1024 * 1024;
const FLUSH_MS = 4_000;
const UPKEEP_MS = 5_000;
/** How long what was known of a lost partition is kept for its return. */
const MEMORY_MS = 600_000;

/**
 * Reads topics as a member of a group and hands each record over for work, in any number at a time: one slow record holds up
 * no other. Commits the lowest unfinished offset with a map of what is finished above it, so that a rebalance repeats
 * nothing that is finished, and a crash only what had begun and was not yet committed.
 */
export class WorkConsumer {
  private readonly options: WorkConsumerOptions;
  private readonly connection: KafkaConnection;
  private readonly processId: string;
  private readonly member: GroupMember;
  private readonly alarms: AlarmBoard;
  private readonly commits: CommitLoop;
  private readonly epoch = new EpochGate();
  private readonly held = new Map<string, HeldPartition>();
  private readonly memories = new Map<string, PartitionMemory>();
  private readonly pausedTopics = new Set<string>();
  /** What was held last, also between two sessions: what the next join asks to have back. */
  private lastHeld: ReadonlyMap<string, readonly number[]> = new Map();
  private assigned: TopicPartition[] = [];
  private isLapsing = false;
  private draining = false;
  private upkeep: NodeJS.Timeout | null = null;
  private runningChanged: (() => void) | null = null;

  constructor(connection: KafkaConnection, options: WorkConsumerOptions) {
    this.connection = connection;
    this.options = options;
    this.processId = options.processId ?? randomBytes(9).toString('base64url');
    this.alarms = connection.openAlarmBoard(options.onAlarm);
    this.commits = new CommitLoop({
      collect: () => this.collectCommits(),
      send: (commits) => this.member.session?.commit(commits) ?? null,
      failed: (error) => this.log('debug', 'A commit failed and is repeated', error),
    });
    this.member = new GroupMember(connection, {
      groupId: options.groupId,
      topics: options.topics,
      assigner: stickyAssigner(() => this.lastHeld),
      timings: completeTimings(options.timings),
      alarms: this.alarms,
      events: {
        joined: (assigned) => this.joined(assigned),
        rebalancing: () => this.commits.sendNow(),
        batch: (batch) => this.take(batch),
      },
      leaving: async () => {
        await this.commits.flush(FLUSH_MS);
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
    this.upkeep ??= setInterval(() => this.revisit(), UPKEEP_MS);
    await this.member.start();
  }

  /** Reads nothing more of these topics, over rejoins, until `resume`. What is handed over already stays so. */
  pause(topics: readonly string[]): void {
    for (const topic of topics) this.pausedTopics.add(topic);
    this.applyPauses();
  }

  resume(topics: readonly string[]): void {
    for (const topic of topics) this.pausedTopics.delete(topic);
    this.applyPauses();
  }

  /**
   * The topic was made anew. Where it stood in the old log is looked up at once: once the new one has grown beyond that place,
   * a session that goes on would read from there.
   */
  lookAgain(topic: string): void {
    for (const held of this.held.values())
      if (held.topic === topic && held.trouble === null) this.relocate(held);
  }

  /** Begins nothing more, waits until what has begun is done (at most `limitMs`), commits and leaves the group. */
  async drain(limitMs: number): Promise<void> {
    this.draining = true;
    this.applyPauses();
    const idle = new Promise<void>((resolve) => {
      this.runningChanged = () => this.running() === 0 && resolve();
    });
    if (this.running() > 0) await inTime(idle, limitMs);
    await this.stop();
  }

  /** Commits what is done and leaves the group. */
  async stop(): Promise<void> {
    if (this.upkeep) clearInterval(this.upkeep);
    await this.rejoinToCommit(FLUSH_MS);
    await this.member.stop();
    this.commits.stop();
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

  /** A new generation. Partitions not in it are lost now; what the others have to begin with is looked up. */
  private joined(assigned: TopicPartition[]): void {
    this.assigned = assigned;
    const keys = new Set(assigned.map(partitionKey));
    this.lose([...this.held.values()].filter((held) => !keys.has(partitionKey(held))));
    this.lastHeld = groupByTopic(assigned);
    // kafkajs' pause flags outlive assignments: each is set as it should be now. What is new waits until its place is known:
    // a fetch from a commit that is out of range would overwrite that commit.
    const goesOn = (each: TopicPartition): boolean =>
      this.held.has(partitionKey(each)) && !this.isTopicPaused(each.topic);
    this.member.session?.resume(assigned.filter(goesOn));
    this.member.session?.pause(assigned.filter((each) => !goesOn(each)));
    for (const held of this.held.values()) held.isPaused = this.isTopicPaused(held.topic);
    this.applyPauses();
    this.epoch.begin((isOver) => this.settle(assigned, isOver));
  }

  /**
   * Whether nobody else can hold the partitions. Where others may, for this process has been frozen or is cut off, they count
   * as lost until the coordinator has been heard of again.
   */
  private isSure(): boolean {
    if (!this.isLapsing && this.member.isProven) return true;
    if (!this.isLapsing) queueMicrotask(() => this.lapse());
    this.isLapsing = true;
    return false;
  }

  private lapse(): void {
    this.isLapsing = false;
    if (this.held.size === 0) return;
    const { groupId } = this.options;
    this.connection.log('warn', 'The group was not heard of within its session: partitions may be lost', {
      groupId,
    });
    this.lose([...this.held.values()]);
    this.joined(this.assigned);
  }

  /** Finds out what each assigned partition is to this process, as often as it takes or until the epoch is over. */
  private async settle(assigned: TopicPartition[], isOver: () => boolean): Promise<void> {
    const { groupId } = this.options;
    if (!this.member.isProven) throw new Error('The coordinator has not been heard of yet');
    const places = await lookUpPlaces(this.member.reader, groupId, assigned);
    if (isOver()) return;
    assigned.forEach((partition, index) => {
      const place = places[index];
      if (place) this.assume(partition, place);
    });
    this.applyPauses();
  }

  private assume(
    { topic, partition }: TopicPartition,
    { commit: groupCommit, logStart, range }: PartitionPlace,
  ): void {
    const key = partitionKey({ topic, partition });
    const held = this.held.get(key);
    const decision = held && judgeJoin(this.processId, held.history, groupCommit);
    // kafkajs begins again at the commit; what lies between is in flight or finished here.
    if (held && decision === 'kept') return this.seek(held);
    if (held) this.lose([held]);
    const memory = this.recall(key, groupCommit);
    if (groupCommit === 'wiped' && !memory) this.reportWiped(topic, partition, logStart);
    const commit = groupCommit === 'wiped' ? null : groupCommit;
    const taken = this.open(topic, partition, commit, logStart, memory);
    taken.isPaused = held?.isPaused ?? true;
    if (commit) this.place(taken, range, null);
    else this.seek(taken);
  }

  private open(
    topic: string,
    partition: number,
    commit: Commit | null,
    logStart: number,
    memory: PartitionMemory | null,
  ): HeldPartition {
    const opened = new HeldPartition(topic, partition, this.processId, commit, logStart, memory, {
      changed: () => {
        this.commits.touch();
        this.runningChanged?.();
      },
      waitingChanged: (each) => this.applyPause(each),
      handOver: (delivery) => this.handOver([delivery]),
      mayBegin: () => !this.draining && this.isSure(),
      isSure: () => this.isSure(),
    });
    this.held.set(partitionKey(opened), opened);
    return opened;
  }

  private seek(held: HeldPartition): void {
    held.isSought = true;
    this.member.session?.seek(held.topic, held.partition, held.next);
  }

  private reportWiped(topic: string, partition: number, logStart: number): void {
    const message =
      `The commit of group ${this.options.groupId} for ${topic}, partition ${partition}, was lost when its position was out of ` +
      `range: reading begins at ${logStart}, the log's start, so records may run again`;
    this.alarms.raise('offset_out_of_range', topic, partition, message);
  }

  /** What is remembered of a partition, unless the group's commit says that it no longer applies. */
  private recall(key: string, commit: GroupCommit): PartitionMemory | null {
    const memory = this.memories.get(key);
    this.memories.delete(key);
    return memory && judgeJoin(this.processId, memory.history, commit) !== 'reset' ? memory : null;
  }

  private lose(lost: HeldPartition[]): void {
    if (lost.length === 0) return;
    const now = Math.round(steadyTime());
    for (const [key, { since, running }] of this.memories) {
      if (now - since > MEMORY_MS && running.size === 0) this.memories.delete(key);
    }
    for (const held of lost) {
      const key = partitionKey(held);
      this.held.delete(key);
      this.memories.set(key, held.lose(now));
      this.alarms.clearHeld(held);
    }
    this.options.onLost?.(lost.map(({ topic, partition }) => ({ topic, partition })));
    this.runningChanged?.();
  }

  private async take(batch: FetchedBatch): Promise<void> {
    if (!(await this.epoch.settled(batch.heartbeat))) return;
    const held = this.held.get(partitionKey(batch));
    if (!held || held.trouble || this.isTopicPaused(batch.topic)) return;
    if (batch.fetchedFrom > held.next || batch.next <= held.next) return this.relocate(held);
    if (batch.fault !== null) return this.halt(held, 'unreadable_batch', unreadable(held, batch.fault));
    if (!batch.resolve()) return;
    this.handOver(held.take(batch, Math.round(steadyTime())));
    this.applyPause(held);
  }

  private handOver(deliveries: WorkDelivery[]): void {
    if (deliveries.length > 0) this.options.onDeliveries(deliveries);
  }

  /** kafkajs reads elsewhere than we expect: see whether the log still has our place, and go back to it. */
  private relocate(held: HeldPartition): void {
    const before = held.trouble;
    held.trouble = { kind: 'checking' };
    this.applyPause(held);
    void lookUpRange(this.member.reader, held, held.next, held.lastTime).then((range) => {
      if (this.held.get(partitionKey(held)) !== held || !this.epoch.isSettled) held.trouble = null;
      else this.place(held, range, before);
    });
  }

  /** Goes on where the log allows it, and tells where it does not. */
  private place(held: HeldPartition, range: OffsetRange, before: PartitionTrouble | null): void {
    const { topic, partition } = held;
    held.trouble = null;
    if ('message' in range) this.alarms.raise('offset_out_of_range', topic, partition, range.message);
    switch (range.kind) {
      case 'within':
      case 'unknown':
        held.trouble = before;
        break;
      case 'deleted':
        this.alarms.clear('unreadable_batch', topic, partition);
        held.skipTo(range.start);
        held.recommit();
        break;
      case 'made_anew':
        return this.beginAnew(held, range.start);
      case 'cut':
        held.recommit();
        this.halt(held, 'log_cut', cut(`${range.what}. ${resetTo(range.unread)}`));
        break;
      default:
        range satisfies never;
    }
    this.seek(held);
    this.applyPause(held);
  }

  /** The same offsets are other records now: nothing that is known of them holds. */
  private beginAnew(held: HeldPartition, start: number): void {
    const { topic, partition } = held;
    this.lose([held]);
    this.memories.delete(partitionKey(held));
    const opened = this.open(topic, partition, null, start, null);
    opened.isPaused = held.isPaused;
    opened.recommit();
    this.seek(opened);
    this.applyPause(opened);
  }

  /** Looks whether what kept partitions from going on has passed. */
  private revisit(): void {
    if (!this.epoch.isSettled) return;
    if (this.assigned.some((each) => !this.held.has(partitionKey(each)))) return this.joined(this.assigned);
    for (const held of this.held.values()) if (mayPass(held.trouble)) this.relocate(held);
  }

  /** Reads no further. */
  private halt(held: HeldPartition, code: AlarmCode, halt: Halt): void {
    held.trouble = halt;
    this.alarms.raise(code, held.topic, held.partition, halt.why);
    this.applyPause(held);
  }

  private collectCommits(): PendingCommit | 'not yet' | null {
    if (!this.epoch.isSettled) return this.epoch.isSettling ? 'not yet' : null;
    const pending = [...this.held.values()].flatMap((held) => {
      const next = held.nextCommit();
      this.reportMap(held);
      return next ? [next] : [];
    });
    if (pending.length === 0) return null;
    return {
      commits: pending.map(({ commit }) => commit),
      landed: () => pending.forEach((each) => each.landed()),
    };
  }

  private reportMap(held: HeldPartition): void {
    const { topic, partition } = held;
    if (!held.isMapFull) {
      this.alarms.clear('metadata_bound', topic, partition);
    } else {
      const head = held.health().headOfLine;
      const message =
        `Partition ${partition} of ${topic} takes no more: offset ${head?.offset} has not finished ` +
        'and holds back the commit of all that finished after it';
      this.alarms.raise('metadata_bound', topic, partition, message);
    }
    this.applyPause(held);
  }

  private applyPauses(): void {
    for (const held of this.held.values()) this.applyPause(held);
  }

  private applyPause(held: HeldPartition): void {
    const wanted =
      this.isTopicPaused(held.topic) || held.trouble !== null || held.isMapFull || this.isBufferFull(held);
    if (wanted === held.isPaused || this.held.get(partitionKey(held)) !== held) return;
    held.isPaused = wanted;
    if (wanted) this.member.session?.pause([held]);
    else this.member.session?.resume([held]);
  }

  private isTopicPaused(topic: string): boolean {
    return this.draining || this.pausedTopics.has(topic);
  }

  /** Full above the bound; not full any more below half of it, so that the flag doesn't flutter. */
  private isBufferFull(held: HeldPartition): boolean {
    const factor = held.isPaused ? 0.5 : 1;
    const records = this.options.bufferPerPartition ?? BUFFER_PER_PARTITION;
    const bytes = (this.options.bufferBytes ?? BUFFER_BYTES) / Math.max(1, this.held.size);
    return held.waiting > 0 && (held.waiting >= records * factor || held.waitingBytes >= bytes * factor);
  }

  /** What ended while there was no session can be committed in the next one: waits for it, but not long. */
  private async rejoinToCommit(limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    const isMissing = (): boolean => [...this.memories.values()].some(({ isCommitted }) => !isCommitted);
    while (!this.member.hasJoined && isMissing() && performance.now() < end) await sleep(50);
  }

  private running(): number {
    let running = 0;
    for (const held of this.held.values()) running += held.running;
    for (const memory of this.memories.values()) running += memory.running.size;
    return running;
  }

  private log(level: 'debug' | 'warn', message: string, error: unknown): void {
    this.connection.log(level, message, {
      groupId: this.options.groupId,
      reason: (error as Error).message,
    });
  }
}

function resetTo(offset: number): string {
  return `Reading stands still: stop the group's members and reset its offset to ${offset} to go on`;
}
