import { BrokerLinks, type ClusterMetadata } from './broker-links.js';
import type { KafkaConnection } from './connection.js';
import { errorCodes } from './error-codes.js';
import { noteStanding } from './kafkajs/group-standing.js';
import {
  requestCommits,
  requestCoordinator,
  requestHeartbeat,
  requestListOffsets,
  requestOffsetCommit,
  type CommittedTopic,
  type GroupMembership,
  type OffsetFetchAnswer,
} from './kafkajs/internals.js';
import { maxTime } from './log-time.js';
import type { TopicPartition } from './record.js';
import { PassingError, throwOn, withPatience } from './request-patience.js';
import { partitionKey } from './topic-partition.js';

/** Offsets by topic; the index is the partition. */
export type OffsetsByTopic = Map<string, number[]>;

/** A group's commit for a partition. */
export interface Commit {
  offset: number;
  metadata: string;
}

/**
 * A group's commit for a partition, null without one, or `wiped`: kafkajs overwrites the commit with "the log's start"
 * when the broker calls a position out of range.
 */
export type GroupCommit = Commit | 'wiped' | null;

const wipedByKafkajs = -2;
/** Points of a log, in place of a time, and the answer for a time with nothing at or after it. */
const startPoint = -2;
const endPoint = -1;
const nothingFound = -1;

/** The offsets that a partition's log has: from `start` to before `end`. `after`: the first later than a time; null where none was asked for. */
export interface LogRange {
  readonly start: number;
  readonly end: number;
  readonly after: number | null;
}

/** The offset to ask for: a time in ms, or one of the log's ends. */
export type LogPoint = 'start' | 'end' | number;

/**
 * Asks the cluster about topics and groups, over connections of its own. Topics that don't exist are left out of answers instead of
 * failing them, and errors that pass by themselves (a leader moves, a coordinator loads) are waited out for about 3 s.
 */
export class ClusterReader {
  private readonly links: BrokerLinks;
  /** By group. */
  private readonly coordinators = new Map<string, number>();

  constructor(connection: KafkaConnection, requestTimeoutMs: number) {
    this.links = new BrokerLinks(connection, requestTimeoutMs);
  }

  /** Describes the topics named; all of them for an empty list. */
  async describe(topics: readonly string[]): Promise<ClusterMetadata> {
    return this.links.describe([...topics]);
  }

  /** The number of partitions of each topic. */
  async partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    if (topics.length === 0) return new Map();
    const described = await this.describe(topics);
    return new Map([...described.topics].map(([topic, leaders]) => [topic, leaders.length]));
  }

  /** Each partition's offset at a point of its log; for a time with nothing at or after it, the end. */
  async offsetsAt(topics: readonly string[], point: LogPoint): Promise<OffsetsByTopic> {
    if (topics.length === 0) return new Map();
    const timestamp = point === 'start' ? startPoint : point === 'end' ? endPoint : point;
    return withPatience(`Offsets of ${topics.length} topics`, async () => {
      const { topics: leaders } = await this.describe(topics);
      for (const [topic, nodes] of leaders)
        if (nodes.some(isNone)) throw new PassingError(errorCodes.leaderNotAvailable, `Offsets of ${topic}`);
      const offsets = await this.listOffsets(leaders, () => timestamp);
      if (timestamp < 0 || [...offsets.values()].every((each) => each.every((offset) => offset >= 0)))
        return offsets;
      const ends = await this.listOffsets(leaders, () => endPoint);
      return new Map(
        [...offsets].map(([topic, each]) => [
          topic,
          each.map((offset, partition) => (offset >= 0 ? offset : ends.get(topic)![partition]!)),
        ]),
      );
    });
  }

  /**
   * The offsets that the logs of some partitions have, in their order; null for a partition without a leader.
   * @param places each with the time (ms) for which {@link LogRange.after} is wanted, null for none
   */
  async rangesOf(
    places: readonly (TopicPartition & { readonly lastTime: number | null })[],
  ): Promise<(LogRange | null)[]> {
    if (places.length === 0) return [];
    const times = new Map(places.map((place) => [partitionKey(place), place.lastTime]));
    const ask = (leaders: ReadonlyMap<string, number[]>, pointOf: (time: number | null) => number | null) =>
      this.listOffsets(leaders, (topic, partition) => {
        const time = times.get(partitionKey({ topic, partition }));
        return time === undefined ? null : pointOf(time);
      });
    return withPatience(`Offsets of ${places.length} partitions`, async () => {
      const { topics: leaders } = await this.describe([...new Set(places.map(({ topic }) => topic))]);
      const [starts, ends, afters] = await Promise.all([
        ask(leaders, () => startPoint),
        ask(leaders, () => endPoint),
        ask(leaders, (time) => (isJudge(time) ? time + 1 : null)),
      ]);
      return places.map(({ topic, partition, lastTime }) => {
        const start = starts.get(topic)?.[partition];
        const end = ends.get(topic)?.[partition];
        if (start === undefined || end === undefined) return null;
        const after = afters.get(topic)?.[partition] ?? nothingFound;
        return { start, end, after: isJudge(lastTime) ? (after === nothingFound ? end : after) : null };
      });
    });
  }

  /** A group's commits for some partitions, in their order. */
  async commits(groupId: string, partitions: readonly TopicPartition[]): Promise<GroupCommit[]> {
    if (partitions.length === 0) return [];
    const byTopic = new Map<string, { partition: number }[]>();
    for (const { topic, partition } of partitions) {
      const listed = byTopic.get(topic);
      if (listed) listed.push({ partition });
      else byTopic.set(topic, [{ partition }]);
    }
    const request = requestCommits(
      groupId,
      [...byTopic].map(([topic, listed]) => ({ topic, partitions: listed })),
    );
    const answer = await withPatience(`Commits of group ${groupId}`, () =>
      this.askCoordinator(groupId, async (coordinator) => {
        const commits = await this.links.send(coordinator, request);
        throwOn(commits.errorCode, `Commits of group ${groupId}`);
        return commits;
      }),
    );
    return pickCommits(answer, partitions);
  }

  /**
   * Commits once, without repeats, for a member whose own connection may be held up: while it joins again, its JoinGroup
   * request has no answer, and the broker reads nothing more from that connection until it has.
   * @throws KafkaRequestError when the coordinator has gone on to another generation
   */
  async commit(membership: GroupMembership, topics: CommittedTopic[]): Promise<void> {
    const sentAt = performance.now();
    await this.askCoordinator(membership.groupId, async (coordinator) => {
      const { responses } = await this.links.send(coordinator, requestOffsetCommit(membership, topics));
      for (const { topic, partitions } of responses)
        for (const { errorCode } of partitions) throwOn(errorCode, `Commit for ${topic}`);
    });
    noteStanding(membership.memberId, membership.generation, sentAt);
  }

  /**
   * Sends a heartbeat for a member, as {@link commit} commits. That its group rebalances is no failure: until the next
   * generation its partitions are its own.
   * @throws KafkaRequestError when the coordinator does not know the member, or has gone on to another generation
   */
  async heartbeat(membership: GroupMembership): Promise<void> {
    const sentAt = performance.now();
    await this.askCoordinator(membership.groupId, async (coordinator) => {
      const { errorCode } = await this.links.send(coordinator, requestHeartbeat(membership));
      if (errorCode !== errorCodes.rebalanceInProgress)
        throwOn(errorCode, `Heartbeat of group ${membership.groupId}`);
    });
    noteStanding(membership.memberId, membership.generation, sentAt);
  }

  async close(): Promise<void> {
    await this.links.close();
  }

  /** Asks a group's coordinator, which is looked for again after each failure: it may have moved. */
  private async askCoordinator<Answer>(
    groupId: string,
    ask: (node: number) => Promise<Answer>,
  ): Promise<Answer> {
    const coordinator = this.coordinators.get(groupId) ?? (await this.coordinatorOf(groupId));
    this.coordinators.set(groupId, coordinator);
    try {
      return await ask(coordinator);
    } catch (error) {
      this.coordinators.delete(groupId);
      throw error;
    }
  }

  private async coordinatorOf(groupId: string): Promise<number> {
    const { errorCode, coordinator } = await this.links.sendToAny(requestCoordinator(groupId));
    throwOn(errorCode, `Coordinator of group ${groupId}`);
    await this.links.know(coordinator);
    return coordinator.nodeId;
  }

  /** Leaves out partitions without a leader, and those for which no point is wanted. */
  private async listOffsets(
    leaders: ReadonlyMap<string, number[]>,
    pointOf: (topic: string, partition: number) => number | null,
  ): Promise<OffsetsByTopic> {
    const byLeader = new Map<number, Map<string, { partition: number; timestamp: number }[]>>();
    for (const [topic, nodes] of leaders) {
      nodes.forEach((node, partition) => {
        const point = pointOf(topic, partition);
        if (isNone(node) || point === null) return;
        // Times are searched for by halving, and Kafka counts whole milliseconds.
        const timestamp = Math.ceil(point);
        const topics = byLeader.get(node) ?? new Map<string, { partition: number; timestamp: number }[]>();
        byLeader.set(node, topics);
        topics.set(topic, [...(topics.get(topic) ?? []), { partition, timestamp }]);
      });
    }
    const offsets: OffsetsByTopic = new Map([...leaders.keys()].map((topic) => [topic, []]));
    const answers = [...byLeader].map(async ([node, topics]) => {
      const listed = [...topics].map(([topic, partitions]) => ({ topic, partitions }));
      const { responses } = await this.links.send(node, requestListOffsets(listed));
      for (const { topic, partitions } of responses) {
        for (const { partition, errorCode, offset } of partitions) {
          throwOn(errorCode, `Offsets of ${topic}`);
          offsets.get(topic)![partition] = Number(offset);
        }
      }
    });
    await Promise.all(answers);
    return offsets;
  }
}

function isJudge(time: number | null): time is number {
  return time !== null && time < maxTime;
}

function isNone(node: number): boolean {
  return node < 0;
}

function pickCommits(answer: OffsetFetchAnswer, partitions: readonly TopicPartition[]): GroupCommit[] {
  const found = new Map<string, GroupCommit>();
  for (const { topic, partitions: listed } of answer.responses) {
    for (const { partition, offset, metadata, errorCode } of listed) {
      if (errorCode !== errorCodes.unknownTopic) throwOn(errorCode, `Commit of ${topic}`);
      const at = Number(offset);
      if (at >= 0) found.set(partitionKey({ topic, partition }), { offset: at, metadata: metadata ?? '' });
      else if (at === wipedByKafkajs) found.set(partitionKey({ topic, partition }), 'wiped');
    }
  }
  return partitions.map((each) => found.get(partitionKey(each)) ?? null);
}
