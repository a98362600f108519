import { partitionKey, type TopicPartition } from '@jobstream/kafka';
import type { Move } from './positions.js';

/** A partition held, with its unwritten items. A new object each time it is opened. */
interface Held<Item> extends TopicPartition {
  /** Where the rows hold it. */
  position: number;
  /** Up to where it was read. */
  next: number;
  chunks: Chunk<Item>[];
}

/** Items read at once, and the offset after the last record that they are of. */
interface Chunk<Item> {
  readonly items: readonly Item[];
  readonly next: number;
}

/** A batch taken and not settled. It stays in the backlog until it is. */
export interface Taken<Item> {
  readonly moves: readonly Move[];
  readonly items: readonly Item[];
  readonly parts: readonly { readonly held: object; readonly chunks: number; readonly to: number }[];
}

/** The items that are read and not yet written, by partition. Its owner bounds it. */
export class Backlog<Item> {
  private readonly held = new Map<string, Held<Item>>();

  /** Starts, or starts again, at an offset. Drops the unwritten items of the partition. */
  open(partition: TopicPartition, next: number): void {
    const { topic, partition: number } = partition;
    this.held.set(partitionKey(partition), { topic, partition: number, position: next, next, chunks: [] });
  }

  /** Continues at a lower offset, in another log. The rows hold the partition where they did until that is written. */
  rewind(partition: TopicPartition, next: number): void {
    const held = this.held.get(partitionKey(partition));
    if (held === undefined) return;
    this.held.set(partitionKey(partition), { ...held, next, chunks: [] });
  }

  close(partition: TopicPartition): void {
    this.held.delete(partitionKey(partition));
  }

  /** Adds the next items of a partition, up to the offset `next`. Ignored for a partition that is not held. */
  add(partition: TopicPartition, items: readonly Item[], next: number): void {
    const held = this.held.get(partitionKey(partition));
    if (held === undefined || next <= held.next) return;
    held.next = next;
    held.chunks.push({ items, next });
  }

  /** Where the rows hold a partition; undefined for one not held. */
  positionOf(partition: TopicPartition): number | undefined {
    return this.held.get(partitionKey(partition))?.position;
  }

  /** Every partition held, and where the rows hold it. */
  get positions(): (TopicPartition & { readonly position: number })[] {
    return [...this.held.values()].map(({ topic, partition, position }) => ({ topic, partition, position }));
  }

  get isEmpty(): boolean {
    for (const { chunks } of this.held.values()) if (chunks.length > 0) return false;
    return true;
  }

  /** Items that wait to be written. */
  get size(): number {
    let size = 0;
    for (const { chunks } of this.held.values()) for (const { items } of chunks) size += items.length;
    return size;
  }

  /** The next batch: whole chunks of several partitions until they have `max` items. */
  take(max: number): Taken<Item> {
    const moves: Move[] = [];
    const items: Item[] = [];
    const parts: Taken<Item>['parts'][number][] = [];
    for (const held of this.held.values()) {
      let chunks = 0;
      while (chunks < held.chunks.length && items.length < max) {
        for (const item of held.chunks[chunks]!.items) items.push(item);
        chunks += 1;
      }
      if (chunks === 0) continue;
      const to = held.chunks[chunks - 1]!.next;
      moves.push({ topic: held.topic, partition: held.partition, from: held.position, to });
      parts.push({ held, chunks, to });
    }
    return { moves, items, parts };
  }

  /**
   * Drops a batch that is written. Its partitions go to the end of the line; those opened again meanwhile stay as they are.
   * Returns the partitions whose position has moved.
   */
  settle({ parts }: Taken<Item>): (TopicPartition & { readonly position: number })[] {
    const current = new Set<object>(this.held.values());
    const settled: Held<Item>[] = [];
    for (const part of parts) {
      if (!current.has(part.held)) continue;
      const held = part.held as Held<Item>;
      held.chunks.splice(0, part.chunks);
      held.position = part.to;
      this.held.delete(partitionKey(held));
      this.held.set(partitionKey(held), held);
      settled.push(held);
    }
    return settled;
  }
}
