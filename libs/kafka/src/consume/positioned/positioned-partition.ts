import type { PartitionHealth } from '../../client/consumer-health.js';
import { HeldPartition } from '../held-partition.js';
import { haltOf } from '../partition-trouble.js';

/** Records and their bytes. */
export interface Amount {
  records: number;
  bytes: number;
}

interface Chunk extends Amount {
  end: number;
}

/** A partition read from a position that is kept outside Kafka, and what of it is handed over and not released. */
export class PositionedPartition extends HeldPartition {
  private readonly chunks: Chunk[] = [];
  private nextOffset: number;
  private released: number;
  private committed: number | null = null;
  private logEnd = 0;
  private records = 0;
  /** Not known: the owner of the position judges whether the log is the one it has read. */
  readonly lastTime = null;

  constructor(topic: string, partition: number, next: number) {
    super(topic, partition);
    this.nextOffset = next;
    this.released = next;
  }

  get next(): number {
    return this.nextOffset;
  }

  /** Everything up to `next` was read; this much of it is handed over. */
  advance(next: number, logEnd: number, { records, bytes }: Amount): void {
    this.nextOffset = next;
    this.logEnd = logEnd;
    if (records === 0) return;
    this.chunks.push({ end: next, records, bytes });
    this.records += records;
  }

  /** Everything below `next` is done with. @returns how much that frees */
  release(next: number): Amount {
    const freed: Amount = { records: 0, bytes: 0 };
    this.released = Math.max(this.released, Math.min(next, this.nextOffset));
    while (this.chunks.length > 0 && this.chunks[0]!.end <= next) {
      const { records, bytes } = this.chunks.shift()!;
      freed.records += records;
      freed.bytes += bytes;
    }
    this.records -= freed.records;
    return freed;
  }

  /** Reading continues at another place; everything handed over is freed. @returns how much that is */
  moveTo(next: number): Amount {
    const freed = this.release(Infinity);
    this.nextOffset = next;
    this.released = next;
    return freed;
  }

  /** The position to commit as a hint; null where it is committed already. */
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
