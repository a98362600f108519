/** A run of offsets: `from` inclusive, `to` exclusive. */
export interface Run {
  from: number;
  to: number;
}

/** A set of offsets kept as disjoint ascending runs; cheap while what is in it lies together. */
export class OffsetRuns {
  private readonly ordered: Run[] = [];

  constructor(runs: Iterable<Run> = []) {
    for (const { from, to } of runs) this.add(from, to);
  }

  get runs(): readonly Readonly<Run>[] {
    return this.ordered;
  }

  /** How many offsets are in it. */
  get count(): number {
    return this.ordered.reduce((sum, { from, to }) => sum + to - from, 0);
  }

  has(offset: number): boolean {
    const run = this.ordered[this.firstEndingAfter(offset)];
    return run !== undefined && run.from <= offset;
  }

  /** Adds `from` up to (excluding) `to`, joining the runs it touches. */
  add(from: number, to: number): void {
    if (to <= from) return;
    const first = this.firstEndingAfter(from - 1); // a run ending at `from` touches
    let last = first;
    let joinedFrom = from;
    let joinedTo = to;
    while (last < this.ordered.length && this.ordered[last]!.from <= to) {
      joinedFrom = Math.min(joinedFrom, this.ordered[last]!.from);
      joinedTo = Math.max(joinedTo, this.ordered[last]!.to);
      last += 1;
    }
    if (last === first + 1) {
      this.ordered[first]!.from = joinedFrom;
      this.ordered[first]!.to = joinedTo;
    } else {
      this.ordered.splice(first, last - first, { from: joinedFrom, to: joinedTo });
    }
  }

  /** Forgets everything below `offset`; answers the first offset from there on that is not in the set. */
  cutBelow(offset: number): number {
    const kept = this.firstEndingAfter(offset);
    const run = this.ordered[kept];
    if (run === undefined || run.from > offset) {
      this.ordered.splice(0, kept);
      return offset;
    }
    this.ordered.splice(0, kept + 1);
    return run.to;
  }

  private firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.ordered.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ordered[middle]!.to > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
