import { partitionKey } from '@jobstream/kafka';
import type { EndOffsets } from '@jobstream/projection';

/** The coordinates of a record. */
export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

const maxPartitions = 64;
const placePattern = /^([A-Za-z0-9._-]{1,249})\/(\d{1,9})\/(\d{1,15})$/;

/**
 * How far a client has followed one job: the highest offset it has seen of each partition with records of the job. Its text is the
 * id of a stream's event, so the last id of a client that resumes tells all that it has seen.
 */
export class LogPosition {
  private readonly offsets = new Map<string, number>();

  /** Reads what {@link toString} wrote; undefined for any other text. */
  static parse(text: string): LogPosition | undefined {
    const position = new LogPosition();
    const places = text.split(';', maxPartitions + 1);
    if (places.length > maxPartitions) return undefined;
    for (const place of places) {
      const [, topic, partition, offset] = placePattern.exec(place) ?? [];
      if (topic === undefined) return undefined;
      position.advance({ topic, partition: Number(partition), offset: Number(offset) });
    }
    return position;
  }

  /** The farthest of these positions, in each partition. */
  static of(positions: readonly LogPosition[]): LogPosition {
    const all = new LogPosition();
    for (const { offsets } of positions)
      for (const [partition, offset] of offsets)
        all.offsets.set(partition, Math.max(all.offsets.get(partition) ?? -1, offset));
    return all;
  }

  /** Whether the record was seen. Records of one job and partition are seen in their order. */
  has(place: Place): boolean {
    return (this.offsets.get(partitionKey(place)) ?? -1) >= place.offset;
  }

  advance(place: Place): void {
    const partition = partitionKey(place);
    this.offsets.set(partition, Math.max(this.offsets.get(partition) ?? -1, place.offset));
  }

  /** The offsets after this position. Only for our own positions: each array is as long as the highest partition number. */
  ends(): EndOffsets {
    const ends = new Map<string, number[]>();
    for (const [key, offset] of this.offsets) {
      const [topic, partition] = key.split('/') as [string, string];
      const next = ends.get(topic) ?? [];
      while (next.length <= Number(partition)) next.push(0);
      next[Number(partition)] = offset + 1;
      ends.set(topic, next);
    }
    return ends;
  }

  toString(): string {
    return [...this.offsets].map(([partition, offset]) => `${partition}/${offset}`).join(';');
  }
}
