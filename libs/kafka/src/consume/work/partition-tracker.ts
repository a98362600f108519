import { OffsetRuns, type Run } from '../offset-runs.js';

/** Where a partition's tracking begins: offsets below `watermark` are finished, and so are the runs above it. */
export interface TrackerStart {
  watermark: number;
  done: readonly Readonly<Run>[];
  attempts: readonly { offset: number; used: number }[];
}

/**
 * What is finished, in flight and next in one partition. Every offset below `next` is either outstanding or finished; all
 * below `watermark` are finished, so that committing the watermark never skips a record.
 */
export class PartitionTracker<Entry> {
  #next: number;
  #watermark: number;
  readonly #done: OffsetRuns;
  readonly #outstanding = new Map<number, Entry>();
  readonly #attempts = new Map<number, number>();
  #changes = 0;

  constructor({ watermark, done, attempts }: TrackerStart) {
    this.#done = new OffsetRuns(done);
    this.#watermark = this.#done.cutBelow(watermark);
    this.#next = this.#watermark;
    for (const { offset, used } of attempts) {
      if (offset >= this.#watermark && !this.#done.has(offset)) this.#attempts.set(offset, used);
    }
  }

  /** The offset to read next. */
  get next(): number {
    return this.#next;
  }

  /** The lowest offset that is not finished: what may be committed. */
  get watermark(): number {
    return this.#watermark;
  }

  /** Grows whenever there is something new to commit. */
  get changes(): number {
    return this.#changes;
  }

  get outstanding(): ReadonlyMap<number, Entry> {
    return this.#outstanding;
  }

  /** Finished runs above the watermark. */
  get done(): readonly Readonly<Run>[] {
    return this.#done.runs;
  }

  get doneCount(): number {
    return this.#done.count;
  }

  /** Attempts noted for offsets that are not finished, ascending. */
  get attempts(): { offset: number; used: number }[] {
    return [...this.#attempts]
      .map(([offset, used]) => ({ offset, used }))
      .sort((left, right) => left.offset - right.offset);
  }

  attemptsUsed(offset: number): number {
    return this.#attempts.get(offset) ?? 0;
  }

  /** Whether a record read at this offset still has to be handed over. */
  isNew(offset: number): boolean {
    return offset >= this.#next && !this.#done.has(offset);
  }

  /**
   * Takes the record at `offset` in flight. The log has nothing between `next` and it (offsets of transaction markers and
   * compacted records), so those count as finished.
   */
  open(offset: number, entry: Entry): void {
    this.skipTo(offset);
    this.#next = offset + 1;
    this.#outstanding.set(offset, entry);
  }

  /** The log has nothing to hand over between `next` and `offset`. */
  skipTo(offset: number): void {
    if (offset <= this.#next) return;
    this.#done.add(this.#next, offset);
    this.#next = offset;
    this.#settle();
  }

  /** The outcome of the record at `offset` is acknowledged. Also for one not read in this tenure yet: it won't be handed over. */
  finish(offset: number): void {
    if (offset < this.#watermark || this.#done.has(offset)) return;
    this.#outstanding.delete(offset);
    this.#attempts.delete(offset);
    this.#done.add(offset, offset + 1);
    this.#settle();
  }

  /** Replaces what stands for an offset in flight. */
  replace(offset: number, entry: Entry): void {
    this.#outstanding.set(offset, entry);
  }

  noteAttempts(offset: number, used: number): void {
    if (!this.#outstanding.has(offset) || this.#attempts.get(offset) === used) return;
    this.#attempts.set(offset, used);
    this.#changes += 1;
  }

  #settle(): void {
    this.#changes += 1;
    this.#watermark = this.#done.cutBelow(this.#watermark);
    this.#next = Math.max(this.#next, this.#watermark);
  }
}
