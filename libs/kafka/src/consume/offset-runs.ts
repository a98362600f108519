/** A run of offsets: `from` inclusive, `to` exclusive. */
export interface Run {
  from: number;
  to: number;
}

/** A set of offsets kept as disjoint ascending runs; cheap while what is in it lies together. */
export class OffsetRuns {
  readonly #runs: Run[] = [];

  constructor(runs: Iterable<Run> = []) {
    for (const { from, to } of runs) this.add(from, to);
  }

  get runs(): readonly Readonly<Run>[] {
    return this.#runs;
  }

  /** How many offsets are in it. */
  get count(): number {
    return this.#runs.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  has(offset: number): boolean {
    const run = this.#runs[this.#firstEndingAfter(offset)];
    return run !== undefined && run.from <= offset;
  }

  /** Adds `from` up to (excluding) `to`, joining the runs it touches. */
  add(from: number, to: number): void {
    if (to <= from) return;
    const first = this.#firstEndingAfter(from - 1); // a run ending at `from` touches
    let last = first;
    let joinedFrom = from;
    let joinedTo = to;
    while (last < this.#runs.length && this.#runs[last]!.from <= to) {
      joinedFrom = Math.min(joinedFrom, this.#runs[last]!.from);
      joinedTo = Math.max(joinedTo, this.#runs[last]!.to);
      last += 1;
    }
    if (last === first + 1) {
      this.#runs[first]!.from = joinedFrom;
      this.#runs[first]!.to = joinedTo;
    } else {
      this.#runs.splice(first, last - first, { from: joinedFrom, to: joinedTo });
    }
  }

  /** Forgets everything below `offset`; answers the first offset from there on that is not in the set. */
  cutBelow(offset: number): number {
    const kept = this.#firstEndingAfter(offset);
    const run = this.#runs[kept];
    if (run === undefined || run.from > offset) {
      this.#runs.splice(0, kept);
      return offset;
    }
    this.#runs.splice(0, kept + 1);
    return run.to;
  }

  #firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#runs[middle]!.to > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
