import type { KafkaConnection } from './connection.js';
import { buildBrokers, requestMetadata, type WireBroker, type WireRequest } from './kafkajs/internals.js';

/** The replicas of a partition: all, and those that have every record. */
export interface PartitionReplicas {
  readonly replicas: number;
  readonly inSync: number;
}

/** The cluster as its metadata describes it. A partition without a leader has -1. */
export interface ClusterMetadata {
  clusterId: string;
  brokers: { id: number; host: string; port: number }[];
  /** By topic, the leader's node id of each partition (index = partition). */
  topics: Map<string, number[]>;
  /** By topic, how many replicas each partition has, and how many of them have all of it. */
  replicas: Map<string, PartitionReplicas[]>;
  /** By topic that can't be described, Kafka's error code (3: it does not exist). */
  failedTopics: Map<string, number>;
}

/**
 * Connections to the brokers of a cluster, opened when needed and opened again after a failure. Requests carry their
 * own reading of the answer, so that an error of one topic or partition does not hide the others.
 */
export class BrokerLinks {
  private readonly maker: ReturnType<typeof buildBrokers>;
  private readonly brokers = new Map<number, { broker: WireBroker; address: string }>();
  private seed: WireBroker | null = null;
  private readonly seedCount: number;
  private closed = false;

  constructor(connection: KafkaConnection, requestTimeoutMs: number) {
    const { brokers, ssl, sasl, clientId, connectionTimeout, socketFactory } = connection.config;
    this.seedCount = brokers.length;
    this.maker = buildBrokers({
      logger: connection.openClient().logger(),
      socketFactory,
      brokers,
      ssl: ssl ?? null,
      sasl: sasl ?? null,
      clientId,
      connectionTimeout,
      requestTimeout: requestTimeoutMs,
      enforceRequestTimeout: true,
    });
  }

  /** Describes the topics named, all of them for an empty list, asking any broker that answers. */
  async describe(topics: string[]): Promise<ClusterMetadata> {
    const answer = await this.sendToAny(requestMetadata(topics));
    for (const broker of answer.brokers) await this.know(broker);
    const known = answer.topicMetadata.filter((topic) => topic.topicErrorCode === 0 && !topic.isInternal);
    const failed = answer.topicMetadata.filter((topic) => topic.topicErrorCode !== 0);
    return {
      clusterId: answer.clusterId,
      brokers: answer.brokers.map(({ nodeId, host, port }) => ({ id: nodeId, host, port })),
      topics: new Map(
        known.map(({ topic, partitionMetadata }) => {
          const leaders: number[] = [];
          for (const partition of partitionMetadata) leaders[partition.partitionId] = partition.leader;
          return [topic, leaders];
        }),
      ),
      replicas: new Map(
        known.map(({ topic, partitionMetadata }) => {
          const counts: PartitionReplicas[] = [];
          for (const { partitionId, replicas, isr } of partitionMetadata)
            counts[partitionId] = { replicas: replicas.length, inSync: isr.length };
          return [topic, counts];
        }),
      ),
      failedTopics: new Map(failed.map(({ topic, topicErrorCode }) => [topic, topicErrorCode])),
    };
  }

  /** Sends to one broker. A connection that failed or did not answer in time is dropped and opened again next time. */
  async send<Answer>(nodeId: number, request: WireRequest<Answer>): Promise<Answer> {
    const link = this.brokers.get(nodeId);
    if (!link) throw new Error(`Broker ${nodeId} is not part of the cluster's metadata`);
    return this.sendOver(link.broker, request);
  }

  /** Sends to any broker that answers: one connected already, else the seeds in turn. */
  async sendToAny<Answer>(request: WireRequest<Answer>): Promise<Answer> {
    const connected = [...this.brokers.values()].find(({ broker }) => broker.isConnected());
    if (connected) {
      try {
        return await this.sendOver(connected.broker, request);
      } catch {
        // The seeds below are asked next; their error is the one to report.
      }
    }
    let failure: unknown;
    for (let attempt = 0; attempt < this.seedCount; attempt += 1) {
      this.seed ??= await this.maker.build();
      try {
        return await this.sendOver(this.seed, request);
      } catch (error) {
        failure = error;
        this.seed = null;
      }
    }
    throw failure;
  }

  async close(): Promise<void> {
    this.closed = true;
    const brokers = [...this.brokers.values()].map(({ broker }) => broker);
    if (this.seed) brokers.push(this.seed);
    this.brokers.clear();
    this.seed = null;
    await Promise.all(brokers.map((broker) => broker.disconnect()));
  }

  private async sendOver<Answer>(broker: WireBroker, request: WireRequest<Answer>): Promise<Answer> {
    if (this.closed) throw new Error('The connections to Kafka are closed');
    try {
      if (!broker.isConnected()) await broker.connect();
      const connection = await broker.connectionPool.getConnection();
      return await connection.send(request);
    } catch (error) {
      broker.disconnect().catch(() => {}); // the failure itself is what counts
      throw error;
    }
  }

  /** Takes note of a broker's address; under a new one its old connections are closed. */
  async know({ nodeId, host, port }: { nodeId: number; host: string; port: number }): Promise<void> {
    const address = `${host}:${port}`;
    const known = this.brokers.get(nodeId);
    if (known?.address === address) return;
    known?.broker.disconnect().catch(() => {}); // it moved: nothing is asked of the old address any more
    this.brokers.set(nodeId, { broker: await this.maker.build({ host, port, nodeId }), address });
  }
}
