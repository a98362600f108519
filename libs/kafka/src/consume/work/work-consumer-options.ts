import type { TopicPartition } from '../../client/record.js';
import type { GroupReaderOptions } from '../group-reader.js';
import type { Delivery } from './delivery.js';

/** Topics that come up later are read from their start. */
export interface WorkConsumerOptions extends GroupReaderOptions {
  /** Deliveries of one partition, in its order. Must return at once and must not throw. */
  onDeliveries(deliveries: Delivery[]): void;
  /** This process no longer holds these partitions. What is handed over and not begun is to be dropped. */
  onLost?(partitions: TopicPartition[]): void;
  /** The most records handed over and not begun, for each partition; above it the partition is paused (default 4,000). */
  bufferPerPartition?: number;
  /** The same in bytes, all partitions together (default 64 MiB). A fetch may overshoot both. */
  bufferBytes?: number;
  /** Names this process in its commits (default: random). */
  processId?: string;
}
