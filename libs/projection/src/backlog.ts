import { partitionKey, type TopicPartition } from '@jobstream/kafka';
import type { Batch } from './batch-writer.js';
import type { Move } from './checkpoints.js';
import type { ProjectedRecord } from './projected-record.js';

/** A partition held: what of it is read and not written. */
interface Held extends TopicPartition {
  /** Where the rows hold it. */
  checkpoint: number;
  /** Up to where it was read. */
  next: number;
  chunks: Chunk[];
}

/** Records read at once, and the offset after them. */
interface Chunk {
  readonly records: readonly ProjectedRecord[];
  readonly next: number;
}

/** A batch taken and not settled. It stays in the backlog until it is. */
export interface Taken extends Batch {
  readonly parts: readonly { readonly held: object; readonly chunks: number; readonly to: number }[];
}

/** What is read and not yet written, a partition. Whoever fills it bounds it. */
export class Backlog {
  private held = new Map<string, Held>();

  /** Starts, or starts again, at an offset. Forgets what was read of the partition. */
  open(partition: TopicPartition, next: number): void {
    const { topic, partition: number } = partition;
    this.held.set(partitionKey(partition), { topic, partition: number, checkpoint: next, next, chunks: [] });
  }

  /** Goes on at a lower offset: the log is another one. The rows hold the partition where they did until that is written. */
  rewind(partition: TopicPartition, next: number): void {
    const held = this.held.get(partitionKey(partition));
    if (held === undefined) return;
    this.held.set(partitionKey(partition), { ...held, next, chunks: [] });
  }

  close(partition: TopicPartition): void {
    this.held.delete(partitionKey(partition));
  }

  /** Adds what follows in a partition; `next` is the offset after it. Of a partition not held it is dropped. */
  add(partition: TopicPartition, records: readonly ProjectedRecord[], next: number): void {
    const held = this.held.get(partitionKey(partition));
    if (held === undefined || next <= held.next) return;
    held.next = next;
    held.chunks.push({ records, next });
  }

  /** Where the rows hold a partition; undefined for one not held. */
  checkpointOf(partition: TopicPartition): number | undefined {
    return this.held.get(partitionKey(partition))?.checkpoint;
  }

  /** Every partition held, and where the rows hold it. */
  get checkpoints(): (TopicPartition & { readonly checkpoint: number })[] {
    return [...this.held.values()].map(({ topic, partition, checkpoint }) => ({
      topic,
      partition,
      checkpoint,
    }));
  }

  get isEmpty(): boolean {
    for (const { chunks } of this.held.values()) if (chunks.length > 0) return false;
    return true;
  }

  /** Records that wait to be written. */
  get size(): number {
    let size = 0;
    for (const { chunks } of this.held.values()) for (const { records } of chunks) size += records.length;
    return size;
  }

  /** The next batch: whole chunks of several partitions until they have `most` records. */
  take(most: number): Taken {
    const moves: Move[] = [];
    const records: ProjectedRecord[] = [];
    const parts: Taken['parts'][number][] = [];
    for (const held of this.held.values()) {
      let chunks = 0;
      while (chunks < held.chunks.length && records.length < most) {
        for (const record of held.chunks[chunks]!.records) records.push(record);
        chunks += 1;
      }
      if (chunks === 0) continue;
      const to = held.chunks[chunks - 1]!.next;
      moves.push({ topic: held.topic, partition: held.partition, from: held.checkpoint, to });
      parts.push({ held, chunks, to });
    }
    return { moves, records, parts };
  }

  /** A taken batch is written. Its partitions go to the end of the line; those opened again meanwhile stay as they are. */
  settle({ parts }: Taken): TopicPartition[] {
    const current = new Set<object>(this.held.values());
    const settled: Held[] = [];
    for (const part of parts) {
      if (!current.has(part.held)) continue;
      const held = part.held as Held;
      held.chunks.splice(0, part.chunks);
      held.checkpoint = part.to;
      this.held.delete(partitionKey(held));
      this.held.set(partitionKey(held), held);
      settled.push(held);
    }
    return settled;
  }
}
