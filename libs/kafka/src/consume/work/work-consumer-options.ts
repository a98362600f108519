import type { ConsumerAlarm } from '../../client/consumer-health.js';
import type { ConsumerTimings } from '../consumer-timings.js';
import type { Delivery } from './delivery.js';
import type { TopicPartition } from '../../client/record.js';

/** What a work consumer takes. */
export interface WorkConsumerOptions {
  groupId: string;
  /** What to read; asked again every 3 s. Topics that don't exist yet are read from their start once they do. */
  topics: () => readonly string[] | Promise<readonly string[]>;
  /** Deliveries of one partition, in its order. Must return at once and must not throw. */
  onDeliveries(deliveries: Delivery[]): void;
  /** Partitions this process does not hold any more. What is handed over and not begun is to be dropped. */
  onLost?(partitions: TopicPartition[]): void;
  onAlarm?(alarm: ConsumerAlarm): void;
  /** The consumer can't go on (an unknown codec, refused credentials): end the process for its supervisor. */
  onFatal(error: Error): void;
  /** Handed over and not begun, a partition; above it is paused (default 4,000). */
  bufferPerPartition?: number;
  /** The same in bytes, all partitions together (default 64 MiB). A fetch may overshoot both. */
  bufferBytes?: number;
  /** Names this process in its commits (default: random). */
  processId?: string;
  timings?: Partial<ConsumerTimings>;
}
