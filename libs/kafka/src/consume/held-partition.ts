import type { PartitionHealth } from '../client/consumer-health.js';
import type { TopicPartition } from '../client/record.js';
import type { PartitionTrouble } from './partition-trouble.js';

/**
 * A partition that this process holds: from the moment its place is found after a join, until a join or the end of the session
 * takes it away. Joins in between that assign it again do not end it. {@link GroupReader} keeps it.
 */
export abstract class HeldPartition implements TopicPartition {
  /** kafkajs' pause flag as last set. */
  isPaused = true;
  /** Why it is not read; null while it is. */
  trouble: PartitionTrouble | null = null;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {}

  /** The offset to read next. */
  abstract get next(): number;

  /** The latest time of all that was read of it, in milliseconds since 1970; null where it is not known. */
  abstract get lastTime(): number | null;

  abstract health(): PartitionHealth;
}
