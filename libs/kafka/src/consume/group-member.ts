import type { PartitionAssigner } from 'kafkajs';
import type { AlarmBoard } from '../client/alarm-board.js';
import { ClusterReader } from '../client/cluster-reader.js';
import type { KafkaConnection } from '../client/connection.js';
import { errorCodes } from '../client/error-codes.js';
import { ConsumerSession, sessionTimeoutMs, type SessionEvents } from './consumer-session.js';
import type { ConsumerTimings } from './consumer-timings.js';

const watchMs = 1_000;
const minBackoffMs = 250;
const maxBackoffMs = 5_000;

export interface GroupMemberOptions {
  groupId: string;
  topics: () => readonly string[] | Promise<readonly string[]>;
  assigner: PartitionAssigner;
  events: SessionEvents;
  timings: ConsumerTimings;
  alarms: AlarmBoard;
  /** The session is about to be left on purpose: commit what can be committed. */
  leaving(): Promise<void>;
  /** The session has ended: nothing is assigned any more. */
  detached(): void;
  onFatal(error: Error): void;
}

type Reason = 'stopped' | 'topics' | 'stalled' | 'crashed' | 'fatal';

/**
 * Keeps a consumer in its group for as long as the process wants, by one {@link ConsumerSession} after the other. A session ends
 * when the topics change, when its loop stands still, or when it crashes; then the next begins, after a crash with a backoff and
 * without end. Only a crash that would come again (`fatal`) ends it for good.
 */
export class GroupMember {
  readonly reader: ClusterReader;
  private readonly connection: KafkaConnection;
  private readonly options: GroupMemberOptions;
  private readonly counts = new Map<string, number>();
  private readonly firstJoin: Promise<void>;
  private joinedOnce: () => void = () => {};
  private openSession: ConsumerSession | null = null;
  private stopping = new AbortController();
  private loop: Promise<void> | null = null;
  private joinCount = 0;
  private restartCount = 0;

  constructor(connection: KafkaConnection, options: GroupMemberOptions) {
    this.connection = connection;
    this.options = options;
    this.reader = new ClusterReader(connection, options.timings.requestTimeoutMs);
    this.firstJoin = new Promise((resolve) => (this.joinedOnce = resolve));
  }

  /** The session in place, null between two. */
  get session(): ConsumerSession | null {
    return this.openSession;
  }

  get joins(): number {
    return this.joinCount;
  }

  get restarts(): number {
    return this.restartCount;
  }

  /** ms since the loop last showed life; without a session since the start of the search for one. */
  get silentMs(): number {
    return this.openSession?.silentMs ?? 0;
  }

  /** Whether nobody else can hold the partitions: the coordinator has heard of this member within the session's time. */
  get isProven(): boolean {
    return (this.openSession?.unprovenMs ?? Infinity) < sessionTimeoutMs;
  }

  /** Whether the session in place has joined. */
  get hasJoined(): boolean {
    return this.openSession?.isJoined ?? false;
  }

  get isJoined(): boolean {
    return (
      this.openSession !== null &&
      this.openSession.isJoined &&
      this.openSession.silentMs < this.options.timings.stallMs
    );
  }

  /** Resolves with the first join, or when stopped. */
  start(): Promise<void> {
    this.loop ??= this.run();
    return this.firstJoin;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    this.joinedOnce();
    await this.loop;
    await this.reader.close();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    let failures = 0;
    while (!signal.aborted) {
      const topics = await this.existingTopics();
      if (topics === null || topics.length === 0) {
        await pause(topics === null ? backoff(failures++) : this.options.timings.topicPollMs, signal);
        continue;
      }
      const joinsBefore = this.joinCount;
      const reason = await this.live(topics);
      if (reason === 'fatal') return;
      if (reason === 'stopped') continue;
      this.restartCount += 1;
      failures = this.joinCount > joinsBefore ? 0 : failures + 1;
      if (reason !== 'topics') await pause(backoff(failures), signal);
    }
  }

  /** One session from beginning to end. */
  private async live(topics: readonly string[]): Promise<Reason> {
    const { groupId, assigner, timings, events, leaving, detached, onFatal } = this.options;
    const session = new ConsumerSession(
      this.connection,
      {
        groupId,
        topics,
        assigner,
        requestTimeoutMs: timings.requestTimeoutMs,
        commit: (membership, committed) => this.reader.commit(membership, committed),
        prove: (membership) => this.reader.heartbeat(membership),
      },
      { ...events, joined: (assigned) => this.joined(assigned) },
    );
    this.openSession = session;
    session.start();
    let fatal: Error | null = null;
    const ended = session.ended.then(({ error, passing }): Reason => {
      this.connection.log(passing ? 'warn' : 'error', 'consumer crashed', {
        groupId,
        error: error.message,
      });
      if (!passing) fatal = error;
      return passing ? 'crashed' : 'fatal';
    });
    const over = new AbortController();
    const signal = AbortSignal.any([this.stopping.signal, over.signal]);
    const reason = await Promise.race([
      ended,
      this.watchLoop(session, signal),
      this.watchTopics(topics, signal),
    ]);
    over.abort();
    if (reason === 'topics' || reason === 'stopped') await leaving();
    this.openSession = null;
    detached();
    await session.stop(timings.leaveMs);
    if (fatal) onFatal(fatal);
    return reason;
  }

  private joined(assigned: Parameters<SessionEvents['joined']>[0]): void {
    this.joinCount += 1;
    this.options.alarms.clear('loop_stalled', null, null);
    this.options.events.joined(assigned);
    this.joinedOnce();
  }

  /** Watches for signs of life, whatever Kafka answers or does not. */
  private async watchLoop(session: ConsumerSession, signal: AbortSignal): Promise<Reason> {
    const { stallMs } = this.options.timings;
    for (;;) {
      const slept = performance.now();
      await pause(Math.min(watchMs, stallMs / 4), signal);
      if (signal.aborted) return 'stopped';
      // When this process itself stood still, silence says nothing about the loop: it gets until the next look.
      const wasFrozen = performance.now() - slept > watchMs + stallMs / 4;
      if (!wasFrozen && session.silentMs > stallMs) return this.reportStall(session);
    }
  }

  /** Watches for topics that have come up or are gone. */
  private async watchTopics(topics: readonly string[], signal: AbortSignal): Promise<Reason> {
    let gone = 0;
    for (;;) {
      await pause(this.options.timings.topicPollMs, signal);
      if (signal.aborted) return 'stopped';
      const wanted = await this.existingTopics();
      if (!wanted) continue;
      if (wanted.some((topic) => !topics.includes(topic))) return 'topics';
      // Gone topics are looked for twice: a broker that has just started may not know all of them yet.
      gone = topics.some((topic) => !wanted.includes(topic)) ? gone + 1 : 0;
      if (gone === 2) return 'topics';
    }
  }

  private reportStall(session: ConsumerSession): Reason {
    const silent = Math.round(session.silentMs);
    const { groupId, alarms } = this.options;
    alarms.raise(
      'loop_stalled',
      null,
      null,
      `The fetch loop of group ${groupId} showed no life for ${silent} ms and is restarted`,
    );
    return 'stalled';
  }

  /** The wanted topics that exist; null while that can't be found out. */
  private async existingTopics(): Promise<string[] | null> {
    try {
      const wanted = await this.options.topics();
      if (wanted.length === 0) return [];
      const { topics, failedTopics } = await this.reader.describe([...new Set(wanted)]);
      for (const [topic, leaders] of topics) this.compareCount(topic, leaders.length);
      const unsettled = [...failedTopics].filter(
        ([, errorCode]) => errorCode === errorCodes.leaderNotAvailable,
      );
      return [...topics.keys(), ...unsettled.map(([topic]) => topic)].sort();
    } catch (error) {
      const reason = (error as Error).message;
      this.connection.log('debug', 'topics to read could not be listed', {
        groupId: this.options.groupId,
        reason,
      });
      return null;
    }
  }

  private compareCount(topic: string, count: number): void {
    const first = this.counts.get(topic) ?? count;
    this.counts.set(topic, first);
    if (first === count) return;
    const message =
      `Topic ${topic} had ${first} partitions and now has ${count}: records of one key now lie in two partitions. ` +
      'Reading continues. Do not change partition counts in place';
    this.options.alarms.raise('partition_count_changed', topic, null, message);
  }
}

function backoff(failures: number): number {
  return Math.min(maxBackoffMs, minBackoffMs * 2 ** Math.min(failures, 10));
}

/** Waits, but not beyond an abort. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done, { once: true });
  });
}
