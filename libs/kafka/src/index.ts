export type { IncomingRecord, OutgoingRecord, RecordReceipt, TopicPartition } from './record.js';
export {
  kafkaSettingsFromEnv,
  KafkaSettingsError,
  type KafkaLogger,
  type KafkaSasl,
  type KafkaSettings,
  type KafkaTls,
} from './settings.js';
export {
  NeverSentError,
  RecordRefusedError,
  UnacknowledgedError,
  type SendOutcome,
} from './producer-errors.js';
export { KafkaConnection } from './connection.js';
export { BrokerClock } from './broker-clock.js';
export { RecordProducer } from './record-producer.js';
export { TopicAdmin, type PartitionCountMismatch, type TopicSpec } from './topic-admin.js';
export { KafkaRequestError, type OffsetsByTopic } from './cluster-reader.js';
export type { Delivery } from './delivery.js';
export type { ConsumerAlarm, ConsumerHealth, HeadOfLine, PartitionHealth } from './consumer-health.js';
import type { ConsumerAlarm, ConsumerHealth } from './consumer-health.js';
import type { Delivery } from './delivery.js';
import type { IncomingRecord, TopicPartition } from './record.js';
import type { KafkaConnection } from './connection.js';

export interface WorkConsumerOptions {
  groupId: string;
  /** Re-read every 3 s; topics that don't exist yet are read once they do. */
  topics: () => string[] | Promise<string[]>;
  /** Deliveries of one partition, in its order. Must not throw and must return at once. */
  onDeliveries(deliveries: Delivery[]): void;
  onLost?(partitions: TopicPartition[]): void;
  onAlarm?(alarm: ConsumerAlarm): void;
  /** The consumer can't go on (an unknown codec, refused credentials): end the process for its supervisor. */
  onFatal(error: Error): void;
  /** Handed over and not begun, a partition; at the bound it is paused (default 2,000). */
  bufferPerPartition?: number;
  /** Handed over and not finished, all partitions together (default 64 MiB). */
  bufferBytes?: number;
}
export declare class WorkConsumer {
  constructor(connection: KafkaConnection, options: WorkConsumerOptions);
  /** Resolves with the first join (or `stop`): don't await it where the process should come up while Kafka is away. */
  start(): Promise<void>;
  /** Stops reading these topics; holds over rejoins until `resume`. What is handed over already stays handed over. */
  pause(topics: string[]): void;
  resume(topics: string[]): void;
  /** Reads nothing more, waits until what has begun is done (at most `limitMs`), commits, stops. */
  drain(limitMs: number): Promise<void>;
  /** Commits what is done and leaves the group. */
  stop(): Promise<void>;
  health(): ConsumerHealth;
}
export interface PositionedConsumerOptions {
  groupId: string;
  topics: () => string[] | Promise<string[]>;
  /** Where to begin with each newly assigned partition, in the same order; -1 is the log's start. */
  positions(partitions: TopicPartition[]): Promise<number[]>;
  /** Records of one partition, in order and without a gap; `logEnd` is the offset after the partition's last record. */
  onRecords(records: IncomingRecord[], logEnd: number): void;
  onAssigned?(partitions: TopicPartition[]): void;
  onLost?(partitions: TopicPartition[]): void;
  onAlarm?(alarm: ConsumerAlarm): void;
  onFatal(error: Error): void;
  /** Bounds of what is handed over and not released, all partitions together (default 50,000 and 64 MiB). */
  bufferRecords?: number;
  bufferBytes?: number;
}
export declare class PositionedConsumer {
  constructor(connection: KafkaConnection, options: PositionedConsumerOptions);
  start(): Promise<void>;
  /** Everything below `next` is done with: frees the buffer, and `next` is committed now and then so that lag tools see it. */
  release(topic: string, partition: number, next: number): void;
  /** Reads the partition again from `offset`; what is handed over and not released counts as released. */
  seekTo(topic: string, partition: number, offset: number): void;
  stop(): Promise<void>;
  health(): ConsumerHealth;
}
export interface TailConsumerOptions {
  topics: () => string[] | Promise<string[]>;
  /** `end` (default): what is appended after `start`; `start`: everything. Topics that come up later are read whole. */
  from?: 'start' | 'end';
  groupIdPrefix?: string;
  onRecords(records: IncomingRecord[], logEnd: number): void;
  onFatal(error: Error): void;
}
export declare class TailConsumer {
  constructor(connection: KafkaConnection, options: TailConsumerOptions);
  /** Resolves when every record appended from now on will be seen. */
  start(): Promise<void>;
  /** Resolves when everything up to the ends the topics had at `start` was handed over. */
  caughtUp(): Promise<void>;
  stop(): Promise<void>;
  health(): ConsumerHealth;
}
