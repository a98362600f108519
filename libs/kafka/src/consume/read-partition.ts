import type { PartitionHealth } from '../client/consumer-health.js';
import { haltOf, type PartitionTrouble } from './partition-trouble.js';
import type { TopicPartition } from '../client/record.js';

interface Chunk {
  end: number;
  records: number;
  bytes: number;
}

/** A partition read in order from a position that is kept outside Kafka, and what of it is handed over and not released. */
export class ReadPartition implements TopicPartition {
  private readonly chunks: Chunk[] = [];
  private nextOffset: number;
  private released: number;
  private committed: number | null = null;
  private logEnd = 0;
  private records = 0;
  /** The pause flag as last set at kafkajs. */
  isPaused = false;
  /** kafkajs was told to go on at `next`, and nothing has been read since. */
  isSought = false;
  /** Why nothing is read. */
  trouble: PartitionTrouble | null = null;

  constructor(
    readonly topic: string,
    readonly partition: number,
    next: number,
  ) {
    this.nextOffset = next;
    this.released = next;
  }

  get next(): number {
    return this.nextOffset;
  }

  /** What was read up to `next`, and what of it is handed over. */
  advance(next: number, logEnd: number, records: number, bytes: number): void {
    this.nextOffset = next;
    this.logEnd = logEnd;
    this.isSought = false;
    if (records === 0) return;
    this.chunks.push({ end: next, records, bytes });
    this.records += records;
  }

  /** Answers how much is freed by having done with everything below `next`. */
  release(next: number): { records: number; bytes: number } {
    const freed = { records: 0, bytes: 0 };
    this.released = Math.max(this.released, Math.min(next, this.nextOffset));
    while (this.chunks.length > 0 && this.chunks[0]!.end <= next) {
      const { records, bytes } = this.chunks.shift()!;
      freed.records += records;
      freed.bytes += bytes;
    }
    this.records -= freed.records;
    return freed;
  }

  /** Goes to another place; everything handed over is freed. */
  moveTo(next: number): { records: number; bytes: number } {
    const freed = this.release(Infinity);
    this.nextOffset = next;
    this.released = next;
    return freed;
  }

  /** What may be committed as a hint, if it is news. */
  nextCommit(): { offset: number; landed(): void } | null {
    const offset = this.released;
    return offset === this.committed ? null : { offset, landed: () => (this.committed = offset) };
  }

  health(): PartitionHealth {
    return {
      topic: this.topic,
      partition: this.partition,
      committed: this.committed,
      next: this.nextOffset,
      logEnd: this.logEnd,
      outstanding: this.records,
      running: 0,
      doneAboveWatermark: 0,
      headOfLine: null,
      paused: this.isPaused,
      halted: haltOf(this.trouble),
    };
  }
}
