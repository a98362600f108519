import type { Cancel } from '@jobstream/contracts/records';

/** About 100 MB. */
const maxCancels = 1_000_000;

/**
 * The cancelled jobs, each up to a run. Bounded: beyond a million the oldest cancels are forgotten, and a job that was cancelled
 * that long ago and still waits would run.
 */
export class CancelBook {
  private readonly runs = new Map<string, number>();

  constructor(private readonly max = maxCancels) {}

  get size(): number {
    return this.runs.size;
  }

  add({ id, run }: Pick<Cancel, 'id' | 'run'>): void {
    const known = this.runs.get(id) ?? 0;
    this.runs.delete(id);
    this.runs.set(id, Math.max(known, run));
    if (this.runs.size <= this.max) return;
    const [oldest] = this.runs.keys();
    this.runs.delete(oldest!);
  }

  /** Whether this run of the job is cancelled. */
  has(id: string, run: number): boolean {
    return this.runs.size > 0 && run <= (this.runs.get(id) ?? 0);
  }
}
