import { partitionKey, type TopicPartition } from '@jobstream/kafka';

/** What a record is to the partition it came from. `rerun`: the same offset handed over once more. */
export type RecordKind = 'first' | 'rerun' | 'copy';

/**
 * Remembers the attempts that a partition has brought, the last 10,000 of each, so that a sender's repetition (the same job, run
 * and attempt at a higher offset) is not run twice. Forgotten when the partition is lost: whoever holds it next may have
 * run them, and a record met again at its own offset is a redelivery, never a copy.
 */
export class CopyMemory {
  private readonly partitions = new Map<string, RecentAttempts>();

  constructor(private readonly remembered = 10_000) {}

  /** Notes an attempt met at an offset and says whether it was met before. */
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

/** The last `size` attempts: a ring that knows which one to drop for the next. */
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
