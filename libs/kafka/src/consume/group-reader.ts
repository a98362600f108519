import { setTimeout as sleep } from 'node:timers/promises';
import type { AlarmBoard } from '../client/alarm-board.js';
import type { KafkaConnection } from '../client/connection.js';
import type { AlarmCode, ConsumerAlarm, ConsumerHealth } from '../client/consumer-health.js';
import type { TopicPartition } from '../client/record.js';
import { groupByTopic, partitionKey } from '../client/topic-partition.js';
import { AssignmentGate } from './assignment-gate.js';
import type { FetchedBatch } from './consumer-session.js';
import { completeTimings, type ConsumerTimings } from './consumer-timings.js';
import { GroupMember } from './group-member.js';
import type { HeldPartition } from './held-partition.js';
import { lookUpRange, type MissingPlace, type OffsetRange } from './offset-range.js';
import { cut, unreadable, type Halt } from './partition-trouble.js';
import { stickyAssigner } from './sticky-assigner.js';

const upkeepMs = 5_000;

/** The options that every consumer in a group has. */
export interface GroupReaderOptions {
  groupId: string;
  /** The topics to read; asked again every 3 s. Topics that do not exist yet are read once they do. */
  topics: () => readonly string[] | Promise<readonly string[]>;
  /** Short texts that this member tells about itself to whoever looks at the group: see `TopicAdmin.memberLabels`. Default none. */
  labels?: readonly string[];
  /** This process no longer holds these partitions. */
  onLost?(partitions: TopicPartition[]): void;
  onAlarm?(alarm: ConsumerAlarm): void;
  /** The consumer cannot continue (an unknown codec, refused credentials): end the process for its supervisor. */
  onFatal(error: Error): void;
  timings?: Partial<ConsumerTimings>;
}

/**
 * Reads topics as a member of a group, each partition from a place of its own. Here is the life of a partition; the subclass
 * knows where the place of a partition is kept, and what happens to its records.
 *
 * A partition that a join assigns is, in this order:
 * - `assigned`: paused, until its place is found (`findPlaces`) and it is held
 * - `reading`: its batches are taken, in order and without a gap. Paused and resumed as the subclass wants (`mustPause`)
 * - `checking`: a batch did not continue at `next`. Whether the log still has that offset is looked up; then it is reading
 *   again, at `next` or where `leaveMissingPlace` has moved it
 * - `halted`: its next batch is unreadable, or its log was cut. It stands still, with an alarm, until that has changed
 * - lost: the next join does not assign it, or the session ended (`letGo`)
 *
 * Invariants:
 * - Nothing is taken before the places of the present assignment are found, and nothing that was fetched for an earlier one.
 * - kafkajs' own position counts for nothing: after each join, and after each check, it is sent to `next`.
 * - kafkajs' pause flags outlive assignments, so each is set at each join.
 */
export abstract class GroupReader<
  Held extends HeldPartition,
  Options extends GroupReaderOptions = GroupReaderOptions,
> {
  protected readonly member: GroupMember;
  protected readonly alarms: AlarmBoard;
  protected readonly gate = new AssignmentGate();
  /** By `partitionKey`. */
  protected readonly held = new Map<string, Held>();
  /** The assignment of the last join, also between two sessions: the next join asks to have it back. */
  private assigned: readonly TopicPartition[] = [];
  private upkeep: NodeJS.Timeout | null = null;

  constructor(
    protected readonly connection: KafkaConnection,
    protected readonly options: Options,
  ) {
    this.alarms = connection.openAlarmBoard(options.onAlarm);
    this.member = new GroupMember(connection, {
      groupId: options.groupId,
      topics: options.topics,
      assigner: stickyAssigner(() => groupByTopic(this.assigned), options.labels),
      timings: completeTimings(options.timings),
      alarms: this.alarms,
      events: {
        joined: (assigned) => this.join(assigned),
        rebalancing: () => this.beforeRebalance(),
        batch: (batch) => this.receive(batch),
      },
      leaving: () => this.beforeLeave(),
      detached: () => {
        this.gate.end();
        this.loseAll();
      },
      onFatal: options.onFatal,
    });
  }

  /** Resolves with the first join, or with `stop`. A process that has to come up while Kafka is away does not await it. */
  async start(): Promise<void> {
    this.upkeep ??= setInterval(() => {
      if (this.gate.isSettled) this.lookAfter();
    }, upkeepMs);
    await this.member.start();
  }

  /** Commits what can be committed and leaves the group. */
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

  /** A new generation of the group: partitions that it does not assign are lost, and the places of the others are found. */
  private join(assigned: readonly TopicPartition[]): void {
    this.assigned = assigned;
    const keys = new Set(assigned.map(partitionKey));
    this.lose([...this.held.values()].filter((held) => !keys.has(partitionKey(held))));
    // A new partition is paused until its place is known: a fetch from a commit that is out of range would overwrite that commit.
    const paused: TopicPartition[] = [];
    const resumed: TopicPartition[] = [];
    for (const each of assigned) {
      const held = this.held.get(partitionKey(each));
      if (held) {
        held.isPaused = false;
        held.isPaused = held.trouble !== null || this.mustPause(held);
      }
      (held?.isPaused === false ? resumed : paused).push(each);
    }
    this.member.session?.resume(resumed);
    this.member.session?.pause(paused);
    this.gate.begin(
      (isOver) => this.settle(assigned, isOver),
      () => this.afterSettling(),
    );
  }

  /** Finds the places, and has kafkajs read on at each. Repeated until it succeeds. */
  private async settle(assigned: readonly TopicPartition[], isOver: () => boolean): Promise<void> {
    await this.findPlaces(assigned, isOver);
    if (isOver()) return;
    for (const held of this.held.values()) this.sendTo(held);
  }

  /** Hands a batch to `take`, once the places are known and where it continues at the partition's `next`. */
  private async receive(batch: FetchedBatch): Promise<void> {
    const delayMs = this.delayOf(batch);
    if (delayMs > 0) await sleep(delayMs);
    if (!this.gate.isSettled && !(await this.gate.settled(batch.heartbeat))) return;
    const held = this.held.get(partitionKey(batch));
    if (!held || held.trouble) return;
    if (batch.fetchedFrom > held.next || batch.next <= held.next) return this.check(held);
    if (batch.fault !== null) return this.halt(held, 'unreadable_batch', unreadable(held, batch.fault));
    this.take(held, batch);
  }

  /** Looks whether the log still has the place of a partition. Reading resumes there, or where the subclass moves it. */
  protected check(held: Held): void {
    const before = held.trouble;
    const { next } = held;
    held.trouble = { kind: 'checking' };
    this.applyPause(held);
    void lookUpRange(this.member.reader, held, next, held.lastTime).then((range) => {
      held.trouble = before;
      if (!this.isHeld(held) || !this.gate.isSettled) return this.applyPause(held);
      if (held.next === next) this.place(held, range);
      this.sendTo(held);
    });
  }

  /** Leaves the partition where it is, moves it, or halts it, by what its log has. */
  protected place(held: Held, range: OffsetRange): void {
    if (range.kind === 'within' || range.kind === 'unknown') return;
    const { topic, partition } = held;
    held.trouble = null;
    this.alarms.clear('unreadable_batch', topic, partition);
    if ('message' in range) this.alarms.raise('offset_out_of_range', topic, partition, range.message);
    const why = this.leaveMissingPlace(held, range);
    if (why !== null) this.halt(held, 'log_cut', cut(why));
  }

  /** The partition stands still until its trouble has passed. */
  private halt(held: Held, code: AlarmCode, halt: Halt): void {
    held.trouble = halt;
    this.alarms.raise(code, held.topic, held.partition, halt.why);
    this.applyPause(held);
  }

  /** The end of a partition's life here. */
  protected lose(lost: readonly Held[]): void {
    if (lost.length === 0) return;
    for (const held of lost) {
      this.held.delete(partitionKey(held));
      this.alarms.clearHeld(held);
      this.letGo(held);
    }
    this.options.onLost?.(lost.map(({ topic, partition }) => ({ topic, partition })));
  }

  protected loseAll(): void {
    this.lose([...this.held.values()]);
  }

  /** Begins with the present assignment as after a join. */
  protected assignAgain(): void {
    this.join(this.assigned);
  }

  /** Holds a partition from now on, in place of an earlier one whose pause flag it has. */
  protected hold(held: Held, before?: Held): void {
    held.isPaused = before?.isPaused ?? true;
    this.held.set(partitionKey(held), held);
  }

  protected isHeld(held: Held): boolean {
    return this.held.get(partitionKey(held)) === held;
  }

  /** Whether each assigned partition is held: false where the place of one could not be found. */
  protected get holdsAll(): boolean {
    return this.assigned.every((each) => this.held.has(partitionKey(each)));
  }

  protected applyPauses(): void {
    for (const held of this.held.values()) this.applyPause(held);
  }

  /** Sets kafkajs' pause flag, where it differs from what it should be. */
  protected applyPause(held: Held): void {
    const wanted = held.trouble !== null || this.mustPause(held);
    if (wanted === held.isPaused || !this.isHeld(held)) return;
    held.isPaused = wanted;
    if (wanted) this.member.session?.pause([held]);
    else this.member.session?.resume([held]);
  }

  protected seek(held: Held): void {
    this.member.session?.seek(held.topic, held.partition, held.next);
  }

  /** Has kafkajs read on at the partition's `next`. */
  private sendTo(place: TopicPartition): void {
    const held = this.held.get(partitionKey(place)); // another object than before, where the topic was made anew
    if (!held) return;
    this.seek(held);
    this.applyPause(held);
  }

  /**
   * Finds where reading of newly assigned partitions begins, and holds them. It is called again until it succeeds; it changes
   * nothing once `isOver`, for another assignment has come.
   */
  protected abstract findPlaces(assigned: readonly TopicPartition[], isOver: () => boolean): Promise<void>;

  /** Takes a batch that continues at the partition's `next`. */
  protected abstract take(held: Held, batch: FetchedBatch): void;

  /** Whether the partition is not to be read for now, though nothing is wrong with it. */
  protected abstract mustPause(held: Held): boolean;

  /** Moves a partition whose place the log no longer has to one that it has; answers why, where it must stand still instead. */
  protected abstract leaveMissingPlace(held: Held, place: MissingPlace): string | null;

  /** The partition is lost. */
  protected abstract letGo(held: Held): void;

  /** Called every 5 s while the places of all partitions are known. */
  protected abstract lookAfter(): void;

  /** The session is about to be left on purpose: commits what can be committed. */
  protected abstract beforeLeave(): Promise<void>;

  /** The next generation of the group is about to be joined; commits still count for the present one. */
  protected beforeRebalance(): void {}

  /** The places of the present assignment are known. */
  protected afterSettling(): void {}

  /** How many ms a batch has to wait before it is taken. */
  protected delayOf(_batch: FetchedBatch): number {
    return 0;
  }
}
