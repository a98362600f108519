import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import type { Admin, ConfigResourceTypes, ITopicConfig } from 'kafkajs';
import { readMemberLabels } from '../consume/sticky-assigner.js';
import { decodeOffsetMap, type OpenOffset } from '../consume/work/offset-map.js';
import type { PartitionReplicas } from './broker-links.js';
import { ClusterReader, type OffsetsByTopic } from './cluster-reader.js';
import type { KafkaConnection } from './connection.js';
import type { TopicPartition } from './record.js';

const requestTimeoutMs = 15_000;
const defaultMaxMessageBytes = 1024 * 1024;
const maxLeaderAttempts = 100;
const leaderPauseMs = 100;
const maxDeletionAttempts = 80;
const deletionPauseMs = 25;
/** A name no topic can have: metadata about it is metadata about the cluster alone. */
const noTopic = '__jobstream_none';

/** A group's members can not be told while they join: within seconds they can. */
export class GroupRebalancingError extends Error {
  override readonly name = 'GroupRebalancingError';
  readonly code = 'group_rebalancing';

  constructor(readonly groupId: string) {
    super(`The members of the group ${groupId} are joining: ask again in a second.`);
  }
}

const rebalancing: ReadonlySet<string> = new Set(['PreparingRebalance', 'CompletingRebalance']);

/** A topic as this platform wants it. `name` is complete (namespace included). */
export interface TopicSpec {
  name: string;
  partitions: number;
  /** Largest record batch in bytes, `max.message.bytes` (default 1 MiB). */
  maxMessageBytes?: number;
  /** `cleanup.policy` (default `delete`). */
  cleanup?: 'delete' | 'compact' | 'compact,delete';
  /** `retention.ms`: the age at which records are deleted (default: none are deleted by age). */
  retentionMs?: number;
  /** `segment.ms`: compacted and deleted is only what is older (default: as the brokers are set). */
  segmentMs?: number;
}

/** The partitions of a topic, in order: which offsets each still has (`end` is the one after the last), and its replicas. */
export type TopicLog = readonly (PartitionReplicas & { readonly start: number; readonly end: number })[];

/** A topic whose partition count is not the one declared. Keys map to partitions by the count: it is never changed in place. */
export interface PartitionCountMismatch {
  topic: string;
  expected: number;
  actual: number;
}

/**
 * Makes topics and looks at the log from outside. The only place that creates topics: auto-creation is off. Requests that
 * name topics leave out of their answers those that don't exist.
 */
export class TopicAdmin {
  private readonly connection: KafkaConnection;
  private readonly reader: ClusterReader;

  constructor(connection: KafkaConnection) {
    this.connection = connection;
    this.reader = new ClusterReader(connection, requestTimeoutMs);
  }

  /** Makes sure that Kafka answers. @throws when no broker can be reached */
  async start(): Promise<void> {
    await this.brokers();
  }

  async stop(): Promise<void> {
    await this.reader.close();
  }

  /**
   * Creates what is missing: replicated to min(3, brokers), two in-sync replicas required where there are three, kept
   * without end unless its spec says otherwise, stamped with the broker's time, stored uncompressed, which costs readers least.
   * Safe to call from several processes at once. A differing partition count is logged and returned, never changed.
   * Resolves when every partition has a leader.
   */
  async ensureTopics(specs: readonly TopicSpec[]): Promise<PartitionCountMismatch[]> {
    if (specs.length === 0) return [];
    const topics = await this.awaitTopics(specs);
    const mismatches = specs.flatMap(({ name, partitions }) => {
      const actual = topics.get(name)!.length;
      return actual === partitions ? [] : [{ topic: name, expected: partitions, actual }];
    });
    for (const mismatch of mismatches) {
      const message = 'partition count differs from the declared one: keys map to other partitions';
      this.connection.log('error', message, { ...mismatch });
    }
    return mismatches;
  }

  /** Every topic of the cluster except Kafka's own. */
  async listTopics(): Promise<string[]> {
    return [...(await this.reader.describe([])).topics.keys()];
  }

  /** The number of partitions of each topic. */
  async partitionCounts(topics: readonly string[]): Promise<Map<string, number>> {
    return this.reader.partitionCounts(topics);
  }

  /** The offset after each partition's last record. */
  async endOffsets(topics: readonly string[]): Promise<OffsetsByTopic> {
    return this.reader.offsetsAt(topics, 'end');
  }

  /** Each partition's lowest offset still there. */
  async startOffsets(topics: readonly string[]): Promise<OffsetsByTopic> {
    return this.reader.offsetsAt(topics, 'start');
  }

  /** Each partition's first offset appended at or after `timestamp` (ms, also parts of one); else its end. */
  async offsetsAt(topics: readonly string[], timestamp: number): Promise<OffsetsByTopic> {
    return this.reader.offsetsAt(topics, timestamp);
  }

  /** The logs of those of these topics that exist. */
  async describeLogs(topics: readonly string[]): Promise<Map<string, TopicLog>> {
    if (topics.length === 0) return new Map();
    const [{ replicas }, starts, ends] = await Promise.all([
      this.reader.describe(topics),
      this.reader.offsetsAt(topics, 'start'),
      this.reader.offsetsAt(topics, 'end'),
    ]);
    return new Map(
      [...replicas].flatMap(([topic, counts]) => {
        const [start, end] = [starts.get(topic), ends.get(topic)];
        if (start === undefined || end === undefined) return [];
        return [
          [topic, counts.map((count, nth) => ({ start: start[nth]!, end: end[nth]!, ...count }))] as const,
        ];
      }),
    );
  }

  /** A group's committed offsets, null where it has none. */
  async committed(groupId: string, topics: readonly string[]): Promise<Map<string, (number | null)[]>> {
    return this.committedIn(groupId, await this.partitionCounts(topics));
  }

  /**
   * The same where the partitions are known.
   * @param counts of each topic, how many it has
   */
  async committedIn(
    groupId: string,
    counts: ReadonlyMap<string, number>,
  ): Promise<Map<string, (number | null)[]>> {
    const partitions = [...counts].flatMap(([topic, count]) =>
      Array.from({ length: count }, (_, partition) => ({ topic, partition })),
    );
    const commits = await this.reader.commits(groupId, partitions);
    const byTopic = new Map<string, (number | null)[]>([...counts.keys()].map((topic) => [topic, []]));
    partitions.forEach(({ topic }, index) => {
      const commit = commits[index];
      byTopic.get(topic)!.push(commit && commit !== 'wiped' ? commit.offset : null);
    });
    return byTopic;
  }

  /** Of a partition the records that had begun and not ended when the workers of a group committed last, with the suspects among them. */
  async openOffsets(groupId: string, partition: TopicPartition): Promise<readonly OpenOffset[]> {
    const [commit] = await this.reader.commits(groupId, [partition]);
    if (commit === null || commit === undefined || commit === 'wiped') return [];
    return decodeOffsetMap(commit.offset, commit.metadata)?.open ?? [];
  }

  /** Ids of the consumer groups the brokers know. */
  async listGroups(): Promise<string[]> {
    return this.withAdmin(async (admin) => (await admin.listGroups()).groups.map(({ groupId }) => groupId));
  }

  /** How many members each group has at the moment; 0 for one the brokers do not know. */
  async memberCounts(groupIds: readonly string[]): Promise<Map<string, number>> {
    const { groups } = await this.withAdmin((admin) => admin.describeGroups([...groupIds]));
    return new Map(groups.map(({ groupId, members }) => [groupId, members.length]));
  }

  /** What each member of a group tells about itself; see `WorkConsumerOptions.labels`. Empty for a group that the brokers do not know. @throws GroupRebalancingError */
  async memberLabels(groupId: string): Promise<string[][]> {
    const { groups } = await this.withAdmin((admin) => admin.describeGroups([groupId]));
    if (groups.some(({ state }) => rebalancing.has(state))) throw new GroupRebalancingError(groupId);
    return groups.flatMap(({ members }) =>
      members.map(({ memberMetadata }) => readMemberLabels(memberMetadata)),
    );
  }

  /** Changes when the brokers' data is made anew: another cluster's log is another truth. */
  async clusterId(): Promise<string> {
    return (await this.reader.describe([noTopic])).clusterId;
  }

  /** The brokers alive now; also the cheapest check that Kafka can be reached. */
  async brokers(): Promise<{ id: number; host: string; port: number }[]> {
    return (await this.reader.describe([noTopic])).brokers;
  }

  /** A broker's settings in force, by name. */
  async brokerSettings(nodeId: number): Promise<Map<string, string>> {
    const [settings] = await this.settings(kafkajs.ConfigResourceTypes.BROKER, [String(nodeId)]);
    return settings![1];
  }

  /** The settings in force of those of these topics that exist, each by name. */
  async topicSettings(topics: readonly string[]): Promise<Map<string, Map<string, string>>> {
    const existing = [...(await this.partitionCounts(topics)).keys()];
    if (existing.length === 0) return new Map();
    return new Map(await this.settings(kafkajs.ConfigResourceTypes.TOPIC, existing));
  }

  /** Deletes records below the offsets given. Final: callers make sure that nobody needs them. */
  async deleteRecordsBefore(
    topic: string,
    offsets: readonly { partition: number; offset: number }[],
  ): Promise<void> {
    const partitions = offsets.map(({ partition, offset }) => ({ partition, offset: String(offset) }));
    await this.withAdmin(async (admin) => {
      await admin.fetchTopicMetadata({ topics: [topic] }); // deleteTopicRecords looks for leaders before it has any
      await admin.deleteTopicRecords({ topic, partitions });
    });
  }

  /**
   * Deletes topics with all their records. Resolves when the brokers no longer tell of them, or after 2 s: someone else may
   * have made them again.
   */
  async deleteTopics(topics: readonly string[]): Promise<void> {
    const existing = [...(await this.partitionCounts(topics)).keys()];
    if (existing.length === 0) return;
    await this.withAdmin((admin) => admin.deleteTopics({ topics: existing }));
    for (let attempt = 1; attempt <= maxDeletionAttempts; attempt += 1) {
      if ((await this.partitionCounts(existing)).size === 0) return;
      await sleep(deletionPauseMs);
    }
  }

  private async settings(
    type: ConfigResourceTypes,
    names: readonly string[],
  ): Promise<[string, Map<string, string>][]> {
    const { resources } = await this.withAdmin((admin) =>
      admin.describeConfigs({
        includeSynonyms: false,
        resources: names.map((name) => ({ type, name })),
      }),
    );
    return resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]);
  }

  private async createTopics(topics: ITopicConfig[]): Promise<void> {
    if (topics.length === 0) return;
    try {
      await this.withAdmin((admin) => admin.createTopics({ waitForLeaders: false, topics }));
    } catch (error) {
      if (!isOnlyAlreadyExists(error)) throw error;
    }
  }

  /**
   * Creates what is missing until every topic has its leaders. Brokers may tell for a while of a topic that has just been
   * deleted, so each look creates what has gone missing since the last one.
   */
  private async awaitTopics(specs: readonly TopicSpec[]): Promise<Map<string, number[]>> {
    const names = specs.map(({ name }) => name);
    for (let attempt = 1; ; attempt += 1) {
      const { brokers, topics } = await this.reader.describe(names);
      const waiting = names.filter((name) => !(topics.get(name) ?? [-1]).every((leader) => leader >= 0));
      if (waiting.length === 0) return topics;
      if (attempt === maxLeaderAttempts) {
        throw new Error(`No leaders for ${waiting.join(', ')} after 10 s: see whether all brokers are up`);
      }
      const missing = specs.filter(({ name }) => !topics.has(name));
      const replicationFactor = Math.min(3, brokers.length);
      await this.createTopics(missing.map((spec) => toTopicConfig(spec, replicationFactor)));
      await sleep(leaderPauseMs);
    }
  }

  /** A kafkajs admin for one call: a lasting one remembers every topic asked for and fails once one of them is deleted. */
  private async withAdmin<Answer>(ask: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    const admin = this.connection.openClient({ requestTimeoutMs }).admin();
    await admin.connect();
    try {
      return await ask(admin);
    } finally {
      await admin.disconnect();
    }
  }
}

function toTopicConfig(spec: TopicSpec, replicationFactor: number): ITopicConfig {
  const settings: Record<string, string> = {
    'cleanup.policy': spec.cleanup ?? 'delete',
    'retention.ms': String(spec.retentionMs ?? -1),
    'retention.bytes': '-1',
    'message.timestamp.type': 'LogAppendTime',
    'compression.type': 'producer',
    'max.message.bytes': String(spec.maxMessageBytes ?? defaultMaxMessageBytes),
    'min.insync.replicas': replicationFactor >= 3 ? '2' : '1',
    ...(spec.segmentMs !== undefined && { 'segment.ms': String(spec.segmentMs) }),
  };
  return {
    topic: spec.name,
    numPartitions: spec.partitions,
    replicationFactor,
    configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
  };
}

/** Another process made some of the topics meanwhile; the others were made by this request. */
function isOnlyAlreadyExists(error: unknown): boolean {
  if (!(error instanceof kafkajs.KafkaJSAggregateError)) return false;
  return error.errors.every((each) => (each as { type?: string }).type === 'TOPIC_ALREADY_EXISTS');
}
