import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { inTime } from '@jobstream/runtime';
import type { KafkaConnection } from '../../client/connection.js';
import type { TopicPartition } from '../../client/record.js';
import { steadyTime } from '../../client/steady-time.js';
import { partitionKey } from '../../client/topic-partition.js';
import type { FetchedBatch, OffsetCommit } from '../consumer-session.js';
import { GroupReader } from '../group-reader.js';
import type { MissingPlace } from '../offset-range.js';
import { mayPass } from '../partition-trouble.js';
import { CommitLoop, type PendingCommit } from './commit-loop.js';
import { judgeJoin } from './join-decision.js';
import { LostPartitions } from './lost-partitions.js';
import { lookUpPlaces, type PartitionPlace } from './partition-place.js';
import type { WorkConsumerOptions } from './work-consumer-options.js';
import type { WorkDelivery } from './work-delivery.js';
import { WorkPartition, type WorkPartitionEvents, type WorkPartitionOptions } from './work-partition.js';

/** Reading resumes below half full; the rest must last one fetch wait (250 ms). */
const defaultBufferPerPartition = 4_000;
const defaultBufferBytes = 64 * 1024 * 1024;
const maxFlushMs = 4_000;
/**
 * A rebalance in which all members live is over within two of their heartbeats. One that waits for a dead member takes longer; what
 * begins meanwhile is to be known of, in case that this process dies too.
 */
const maxHandOverMs = 1_500;

/**
 * Reads topics as a member of a group and hands each record over for work, in any number at a time: one slow record holds up
 * no other. It commits the lowest unfinished offset with a map of what is finished above it, so that a rebalance repeats
 * nothing that is finished, and a crash only what had begun and was not yet committed.
 *
 * {@link GroupReader} has the life of a partition. What this class adds to it:
 * - findPlaces: the group's commit decides whether a partition is `kept`, and what this process knew of it before it lost it
 *   last still holds ({@link judgeJoin})
 * - take: the records become deliveries; {@link WorkPartition} counts which of them are finished
 * - letGo: what is running is remembered ({@link LostPartitions}), so that a partition that comes back runs nothing twice
 * - a process that the coordinator has not heard of within the session's time (it was frozen, or is cut off) takes its
 *   partitions for lost by itself, before it begins anything more (`checkSession`)
 */
export class WorkConsumer extends GroupReader<WorkPartition, WorkConsumerOptions> {
  private readonly processId: string;
  private readonly commits: CommitLoop;
  private readonly lost: LostPartitions;
  private readonly partitionEvents: WorkPartitionEvents;
  private readonly pausedTopics = new Set<string>();
  private isDraining = false;
  private isLosing = false;
  /** The partitions may have another holder next, and this process is alive to say so in its commits. */
  private isHandingOver = false;
  private handOverEnd: NodeJS.Timeout | undefined;
  private runningChanged: (() => void) | null = null;

  constructor(connection: KafkaConnection, options: WorkConsumerOptions) {
    super(connection, options);
    this.processId = options.processId ?? randomBytes(9).toString('base64url');
    this.lost = new LostPartitions(this.processId);
    this.commits = new CommitLoop({
      collect: () => this.collectCommits(),
      send: (commits) => this.sendCommits(commits),
      failed: (error) =>
        connection.log('debug', 'commit failed: its content goes into the next', {
          groupId: options.groupId,
          reason: (error as Error).message,
        }),
    });
    this.partitionEvents = {
      changed: () => {
        this.commits.touch();
        this.runningChanged?.();
      },
      waitingChanged: (held) => this.applyPause(held),
      handOver: (delivery) => this.handOver([delivery]),
      mayBegin: () => !this.isDraining,
      checkSession: () => this.checkSession(),
      isHandingOver: () => this.isHandingOver,
    };
  }

  /** Reads nothing more of these topics, over rejoins, until `resume`. What is handed over stays so. */
  pause(topics: readonly string[]): void {
    for (const topic of topics) this.pausedTopics.add(topic);
    this.applyPauses();
  }

  resume(topics: readonly string[]): void {
    for (const topic of topics) this.pausedTopics.delete(topic);
    this.applyPauses();
  }

  /**
   * The topic was made anew. The place in the old log is looked up at once: when the new log has grown beyond it, a session
   * would read from there.
   */
  lookAgain(topic: string): void {
    for (const held of this.held.values())
      if (held.topic === topic && held.trouble === null) this.check(held);
  }

  /** Begins nothing more, waits until all that has begun has ended (at most `limitMs`), commits and leaves the group. */
  async drain(limitMs: number): Promise<void> {
    this.isDraining = true;
    this.applyPauses();
    const idle = new Promise<void>((resolve) => {
      this.runningChanged = () => this.running() === 0 && resolve();
    });
    if (this.running() > 0) await inTime(idle, limitMs);
    await this.stop();
  }

  override async stop(): Promise<void> {
    await this.rejoinToCommit(maxFlushMs);
    await super.stop();
    clearTimeout(this.handOverEnd);
    this.commits.stop();
  }

  protected async findPlaces(assigned: readonly TopicPartition[], isOver: () => boolean): Promise<void> {
    if (!this.member.isProven) throw new Error('The coordinator has not been heard of yet');
    const places = await lookUpPlaces(this.member.reader, this.options.groupId, assigned, (each) =>
      this.lost.find(each),
    );
    if (isOver()) return;
    assigned.forEach((partition, index) => {
      const place = places[index];
      if (place) this.beginAt(partition, place);
    });
  }

  protected take(held: WorkPartition, batch: FetchedBatch): void {
    if (this.isTopicPaused(held.topic) || !batch.resolve()) return;
    this.handOver(held.take(batch, Math.round(steadyTime())));
    this.applyPause(held);
  }

  protected mustPause(held: WorkPartition): boolean {
    return this.isTopicPaused(held.topic) || held.isMapFull || this.isBufferFull(held);
  }

  protected leaveMissingPlace(held: WorkPartition, place: MissingPlace): string | null {
    switch (place.kind) {
      case 'deleted':
        held.skipTo(place.start);
        held.recommit();
        return null;
      case 'made_anew':
        this.beginAnew(held, place.start);
        return null;
      case 'cut':
        held.recommit();
        return (
          `${place.what}. Reading stands still: stop the group's members and reset its offset to ${place.unread} ` +
          'to go on'
        );
      default:
        return place satisfies never;
    }
  }

  protected letGo(held: WorkPartition): void {
    this.lost.add(held, held.lose(Math.round(steadyTime())));
  }

  protected lookAfter(): void {
    if (!this.holdsAll) return this.assignAgain();
    for (const held of this.held.values()) if (mayPass(held.trouble)) this.check(held);
  }

  protected override beforeRebalance(): void {
    this.setHandingOver(true);
    this.handOverEnd = setTimeout(() => this.setHandingOver(false), maxHandOverMs);
  }

  protected async beforeLeave(): Promise<void> {
    this.setHandingOver(true);
    await this.commits.flush(maxFlushMs);
  }

  protected override afterSettling(): void {
    this.setHandingOver(false);
  }

  /** Every commit of a held partition says whether it is given away: it is sent again when that changes. */
  private setHandingOver(isHandingOver: boolean): void {
    clearTimeout(this.handOverEnd);
    this.isHandingOver = isHandingOver;
    this.commits.sendNow();
  }

  /** Holds an assigned partition as the one it was, or anew from the group's commit. */
  private beginAt(partition: TopicPartition, place: PartitionPlace): void {
    const { commit: found, logStart, logEnd, range } = place;
    const held = this.held.get(partitionKey(partition));
    // kafkajs begins again at the commit; what lies between it and `next` is in flight or finished here.
    if (held && judgeJoin(this.processId, held.history, found) === 'kept') return;
    if (held) this.lose([held]);
    const lost = this.lost.takeBack(partition, found);
    if (found === 'wiped' && !lost) this.reportWiped(partition, logStart);
    const commit = found === 'wiped' ? null : found;
    const opened = this.open(partition, { commit, logStart, logEnd, lost });
    this.reportSuspects(opened);
    this.hold(opened, held);
    if (commit || lost) this.place(opened, range);
  }

  /** The same offsets are other records now: nothing that is known of them holds. */
  private beginAnew(held: WorkPartition, start: number): void {
    this.lose([held]);
    this.lost.forget(held);
    const opened = this.open(held, { commit: null, logStart: start, logEnd: start, lost: null });
    this.hold(opened, held);
    opened.recommit();
  }

  private open(
    { topic, partition }: TopicPartition,
    place: Pick<WorkPartitionOptions, 'commit' | 'logStart' | 'logEnd' | 'lost'>,
  ): WorkPartition {
    const { processId, partitionEvents: events } = this;
    return new WorkPartition({ topic, partition, processId, events, ...place });
  }

  private handOver(deliveries: WorkDelivery[]): void {
    if (deliveries.length > 0) this.options.onDeliveries(deliveries);
  }

  /**
   * Whether nobody else can hold the partitions. Where someone can, all are lost in the next microtask, since the caller may be in
   * the middle of a loop over them, until the coordinator has been heard of again.
   */
  private checkSession(): boolean {
    if (!this.isLosing && this.member.isProven) return true;
    if (!this.isLosing) queueMicrotask(() => this.loseUnproven());
    this.isLosing = true;
    return false;
  }

  private loseUnproven(): void {
    this.isLosing = false;
    if (this.held.size === 0) return;
    const { groupId } = this.options;
    this.connection.log('warn', 'group silent for a whole session: partitions lost', {
      groupId,
    });
    this.loseAll();
    this.assignAgain();
  }

  private collectCommits(): PendingCommit | 'not yet' | null {
    if (!this.gate.isSettled) return this.gate.isSettling ? 'not yet' : null;
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

  /** Its lines tell those who read the log what a process had committed when it died. */
  private sendCommits(commits: OffsetCommit[]): Promise<void> | null {
    const sent = this.member.session?.commit(commits);
    if (!sent) return null;
    const { groupId } = this.options;
    this.connection.log('debug', 'commit sent', { groupId });
    return sent.then(() => this.connection.log('debug', 'commit landed', { groupId }));
  }

  private reportMap(held: WorkPartition): void {
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

  private reportSuspects({ topic, partition, suspectCount }: WorkPartition): void {
    if (suspectCount === 0) return;
    this.connection.log('warn', 'suspects found: a process had begun them and died, or was cut off', {
      topic,
      partition,
      suspects: suspectCount,
    });
  }

  private reportWiped({ topic, partition }: TopicPartition, logStart: number): void {
    const message =
      `The commit of group ${this.options.groupId} for ${topic}, partition ${partition}, was lost when its position was out of ` +
      `range: reading begins at ${logStart}, the log's start, so records may run again`;
    this.alarms.raise('offset_out_of_range', topic, partition, message);
  }

  private isTopicPaused(topic: string): boolean {
    return this.isDraining || this.pausedTopics.has(topic);
  }

  /** Full at the bound; not full any more below half of it, so that the flag does not flutter. */
  private isBufferFull(held: WorkPartition): boolean {
    const factor = held.isPaused ? 0.5 : 1;
    const records = this.options.bufferPerPartition ?? defaultBufferPerPartition;
    const bytes = (this.options.bufferBytes ?? defaultBufferBytes) / Math.max(1, this.held.size);
    return held.waiting > 0 && (held.waiting >= records * factor || held.waitingBytes >= bytes * factor);
  }

  /** Records that ended while there was no session can be committed in the next one: waits for it, but not long. */
  private async rejoinToCommit(limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    while (!this.member.hasJoined && !this.lost.areCommitted && performance.now() < end) await sleep(50);
  }

  private running(): number {
    let running = this.lost.running;
    for (const held of this.held.values()) running += held.running;
    return running;
  }
}
