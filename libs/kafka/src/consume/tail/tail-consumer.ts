import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterReader, type OffsetsByTopic } from '../../client/cluster-reader.js';
import type { KafkaConnection } from '../../client/connection.js';
import type { ConsumerHealth } from '../../client/consumer-health.js';
import type { IncomingRecord, TopicPartition } from '../../client/record.js';
import { partitionKey } from '../../client/topic-partition.js';
import { completeTimings, type ConsumerTimings } from '../consumer-timings.js';
import { PositionedConsumer } from '../positioned/positioned-consumer.js';

const retryMs = 500;

export interface TailConsumerOptions {
  /** The topics to read; asked again every 3 s. Topics that come up later are read whole. */
  topics: () => readonly string[] | Promise<readonly string[]>;
  /** `end` (default): records appended after `start` was called; `start`: the whole log. */
  from?: 'start' | 'end';
  /** Prefix of the group's random name (default `tail.`). */
  groupIdPrefix?: string;
  /** Records of one partition, in order, each once. They are released when it returns. */
  onRecords(records: IncomingRecord[], logEnd: number): void;
  /** The consumer cannot continue (an unknown codec, refused credentials): end the process for its supervisor. */
  onFatal(error: Error): void;
  timings?: Partial<ConsumerTimings>;
}

/**
 * Follows topics in one process: every record, in a group of its own, without commits. After rejoins and outages it continues
 * where it was.
 */
export class TailConsumer {
  private readonly options: TailConsumerOptions;
  private readonly reader: ClusterReader;
  private readonly consumer: PositionedConsumer;
  /** Where reading is, by partition. */
  private readonly positions = new Map<string, number>();
  /** By partition that is not caught up, where its log ended at `start`. */
  private readonly missing = new Map<string, number>();
  private onceCaughtUp: (() => void)[] = [];
  private state: 'new' | 'started' | 'stopped' = 'new';

  constructor(connection: KafkaConnection, options: TailConsumerOptions) {
    this.options = options;
    this.reader = new ClusterReader(connection, completeTimings(options.timings).requestTimeoutMs);
    this.consumer = new PositionedConsumer(connection, {
      groupId: `${options.groupIdPrefix ?? 'tail.'}${randomBytes(9).toString('base64url')}`,
      topics: options.topics,
      positions: async (partitions) => partitions.map((each) => this.positions.get(partitionKey(each)) ?? -1),
      onRecords: (records, logEnd) => this.take(records, logEnd),
      onPosition: (partition, next) => this.reached(partition, next),
      onMadeAnew: (partition, start) => this.madeAnew(partition, start),
      onFatal: options.onFatal,
      commitHints: false,
      ...(options.timings ? { timings: options.timings } : {}),
    });
  }

  /** Resolves once it is known where to begin: from then on every record appended will be seen. Waits for Kafka. */
  async start(): Promise<void> {
    const { begins, ends } = await this.captureRange();
    for (const [topic, offsets] of ends) {
      offsets.forEach((end, partition) => {
        const key = partitionKey({ topic, partition });
        const begin = begins.get(topic)?.[partition] ?? 0;
        this.positions.set(key, begin);
        if (begin < end) this.missing.set(key, end);
      });
    }
    if (this.state === 'stopped') return;
    this.state = 'started';
    this.settleCaughtUp();
    void this.consumer.start();
  }

  /** Resolves once every record that was in the log at `start` is handed over. */
  caughtUp(): Promise<void> {
    return new Promise((resolve) => {
      this.onceCaughtUp.push(resolve);
      this.settleCaughtUp();
    });
  }

  async stop(): Promise<void> {
    this.state = 'stopped';
    await Promise.all([this.consumer.stop(), this.reader.close()]);
  }

  health(): ConsumerHealth {
    return this.consumer.health();
  }

  /** Where reading begins, and where the log ended then. */
  private async captureRange(): Promise<{ begins: OffsetsByTopic; ends: OffsetsByTopic }> {
    while (this.state !== 'stopped') {
      try {
        const ends = await this.reader.offsetsAt([...(await this.options.topics())], 'end');
        if (this.options.from !== 'start') return { begins: ends, ends };
        return { begins: await this.reader.offsetsAt([...ends.keys()], 'start'), ends };
      } catch {
        await sleep(retryMs); // Kafka is away: kafkajs has logged it
      }
    }
    return { begins: new Map(), ends: new Map() };
  }

  private take(records: IncomingRecord[], logEnd: number): void {
    const { topic, partition, offset } = records.at(-1)!;
    this.positions.set(partitionKey({ topic, partition }), offset + 1);
    this.options.onRecords(records, logEnd);
    this.consumer.release(topic, partition, offset + 1);
  }

  private reached(partition: TopicPartition, next: number): void {
    const key = partitionKey(partition);
    this.positions.set(key, next);
    this.consumer.release(partition.topic, partition.partition, next);
    const end = this.missing.get(key);
    if (end === undefined || next < end) return;
    this.missing.delete(key);
    this.settleCaughtUp();
  }

  private madeAnew(partition: TopicPartition, start: number): void {
    const key = partitionKey(partition);
    this.positions.set(key, start);
    this.missing.delete(key);
    this.settleCaughtUp();
  }

  private settleCaughtUp(): void {
    if (this.state !== 'started' || this.missing.size > 0) return;
    for (const resolve of this.onceCaughtUp.splice(0)) resolve();
  }
}
