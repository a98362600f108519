import type { JobId } from '@jobstream/contracts';
import type { WrittenRows } from '../rows/projected-rows.js';
import type { RejectedRecord } from '../rows/projected-record.js';

/** Rows written since the generations were last at the same place: they have to be compared once more. */
export class TouchedRows {
  private jobs = new Set<JobId>();
  private records: RejectedRecord[] = [];

  add({ folds, rejected }: WrittenRows): void {
    for (const id of folds.keys()) this.jobs.add(id);
    for (const record of rejected) this.records.push(record);
  }

  get size(): number {
    return this.jobs.size + this.records.length;
  }

  get ids(): JobId[] {
    return [...this.jobs];
  }

  get rejected(): readonly RejectedRecord[] {
    return this.records;
  }

  /** Forgets them. */
  clear(): void {
    this.jobs = new Set();
    this.records = [];
  }
}
