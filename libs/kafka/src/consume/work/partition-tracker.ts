import { OffsetRuns, type Run } from './offset-runs.js';

/** Where a partition's tracking begins: offsets below `watermark` are finished, and so are the runs above it. */
export interface TrackerStart {
  watermark: number;
  done: readonly Readonly<Run>[];
  attempts: readonly { offset: number; used: number }[];
}

/**
 * Which offsets of one partition are finished, in flight and next. Every offset below `next` is either outstanding or finished; all
 * below `watermark` are finished, so that committing the watermark never skips a record.
 */
export class PartitionTracker<Entry> {
  private nextOffset: number;
  private lowWatermark: number;
  private readonly doneRuns: OffsetRuns;
  private readonly entries = new Map<number, Entry>();
  private readonly attemptsByOffset = new Map<number, number>();
  private changeCount = 0;

  constructor({ watermark, done, attempts }: TrackerStart) {
    this.doneRuns = new OffsetRuns(done);
    this.lowWatermark = this.doneRuns.cutBelow(watermark);
    this.nextOffset = this.lowWatermark;
    for (const { offset, used } of attempts) {
      if (offset >= this.lowWatermark && !this.doneRuns.has(offset)) this.attemptsByOffset.set(offset, used);
    }
  }

  /** The offset to read next. */
  get next(): number {
    return this.nextOffset;
  }

  /** The lowest offset that is not finished: what may be committed. */
  get watermark(): number {
    return this.lowWatermark;
  }

  /** Grows whenever something is new to commit. */
  get changes(): number {
    return this.changeCount;
  }

  get outstanding(): ReadonlyMap<number, Entry> {
    return this.entries;
  }

  /** Finished runs above the watermark. */
  get done(): readonly Readonly<Run>[] {
    return this.doneRuns.runs;
  }

  get doneCount(): number {
    return this.doneRuns.count;
  }

  /** Attempts noted for offsets that are not finished, ascending. */
  get attempts(): { offset: number; used: number }[] {
    return [...this.attemptsByOffset]
      .map(([offset, used]) => ({ offset, used }))
      .sort((left, right) => left.offset - right.offset);
  }

  attemptsUsed(offset: number): number {
    return this.attemptsByOffset.get(offset) ?? 0;
  }

  /** Whether a record read at this offset still has to be handed over. */
  isNew(offset: number): boolean {
    return offset >= this.nextOffset && !this.doneRuns.has(offset);
  }

  /**
   * Takes the record at `offset` in flight. The log has nothing between `next` and it (offsets of transaction markers and
   * compacted records), so those count as finished.
   */
  open(offset: number, entry: Entry): void {
    this.skipTo(offset);
    this.nextOffset = offset + 1;
    this.entries.set(offset, entry);
  }

  /** The log has nothing to hand over between `next` and `offset`. */
  skipTo(offset: number): void {
    if (offset <= this.nextOffset) return;
    this.doneRuns.add(this.nextOffset, offset);
    this.nextOffset = offset;
    this.settle();
  }

  /** The outcome of the record at `offset` is acknowledged. Also for one not read in this epoch yet: it won't be handed over. */
  finish(offset: number): void {
    if (offset < this.lowWatermark || this.doneRuns.has(offset)) return;
    this.entries.delete(offset);
    this.attemptsByOffset.delete(offset);
    this.doneRuns.add(offset, offset + 1);
    this.settle();
  }

  /** Replaces what stands for an offset in flight. */
  replace(offset: number, entry: Entry): void {
    this.entries.set(offset, entry);
  }

  noteAttempts(offset: number, used: number): void {
    if (!this.entries.has(offset) || this.attemptsByOffset.get(offset) === used) return;
    this.attemptsByOffset.set(offset, used);
    this.changeCount += 1;
  }

  private settle(): void {
    this.changeCount += 1;
    this.lowWatermark = this.doneRuns.cutBelow(this.lowWatermark);
    this.nextOffset = Math.max(this.nextOffset, this.lowWatermark);
  }
}
