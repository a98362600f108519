import { foldRecord, mergeFolds, type JobFold } from '@jobstream/lifecycle';
import type { FoundJob } from '../reads/found-job.js';
import type { SeenRecord } from './job-feed.js';
import { LogPosition } from '../reads/log-position.js';
import { withRecords } from './overlay-view.js';

/** The records of one job that were read from the log. */
export class SeenRecords {
  /** The highest offsets of these records. */
  readonly position = new LogPosition();
  private fold: JobFold | undefined;

  add({ record, at }: SeenRecord): void {
    const one = foldRecord(record, at);
    this.fold = this.fold ? mergeFolds(this.fold, one) : one;
    this.position.advance(at);
  }

  /** The job with these records added; the same object when they add nothing. */
  over(job: FoundJob): FoundJob {
    return this.fold ? withRecords(job, this.fold) : job;
  }
}
