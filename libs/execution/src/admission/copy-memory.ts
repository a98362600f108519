import { partitionKey, type TopicPartition } from '@jobstream/kafka';

/** `first`: the attempt was not seen before. `rerun`: the same offset again. `copy`: the same attempt at a higher offset. */
export type RecordKind = 'first' | 'rerun' | 'copy';

/**
 * Remembers the last 10,000 attempts of each partition, so that a copy is not run twice. They are forgotten when the partition is
 * lost: its next holder may have run them, and a record that comes again at its own offset is a redelivery, never a copy.
 */
export class CopyMemory {
  private readonly partitions = new Map<string, RecentAttempts>();

  constructor(private readonly remembered = 10_000) {}

  /** Remembers an attempt at an offset. @returns whether it was seen before */
  note(partition: TopicPartition, attempt: string, offset: number): RecordKind {
    const key = partitionKey(partition);
    let memory = this.partitions.get(key);
    if (!memory) this.partitions.set(key, (memory = new RecentAttempts(this.remembered)));
    const known = memory.offsetOf(attempt);
    if (known === undefined) memory.add(attempt, offset);
    return known === undefined ? 'first' : offset > known ? 'copy' : 'rerun';
  }

  forget(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.partitions.delete(partitionKey(partition));
  }
}

/** The last `size` attempts, in a ring: the next one replaces the oldest. */
class RecentAttempts {
  private readonly offsets = new Map<string, number>();
  private readonly ring: string[] = [];
  private oldest = 0;

  constructor(private readonly size: number) {}

  offsetOf(attempt: string): number | undefined {
    return this.offsets.get(attempt);
  }

  add(attempt: string, offset: number): void {
    this.offsets.set(attempt, offset);
    if (this.ring.length < this.size) {
      this.ring.push(attempt);
      return;
    }
    this.offsets.delete(this.ring[this.oldest]!);
    this.ring[this.oldest] = attempt;
    this.oldest = (this.oldest + 1) % this.size;
  }
}
