import { isFinal, type JobId } from '@jobstream/contracts';
import type { FoundJob } from '../reads/found-job.js';
import { readJobId, type JobReader } from '../reads/job-reader.js';
import type { ShownJobs } from '../reads/shown-jobs.js';
import { Inbox } from './inbox.js';
import type { JobFeed, SeenRecord } from './job-feed.js';
import { SeenRecords } from './seen-records.js';

export interface JobWaitsOptions {
  readonly feed: JobFeed;
  readonly reader: JobReader;
  readonly shown: ShownJobs;
}

const firstLookMs = 20;
const maxLookMs = 1_000;

/** Waits for jobs to end. It follows the log, and looks at the projection now and then for earlier records. */
export class JobWaits {
  constructor(private readonly options: JobWaitsOptions) {}

  /**
   * The job once it is final, or as it is when the time is over or `signal` aborts.
   * @throws StatusError as {@link JobReader.read} does
   */
  async wait(text: string, waitMs: number, signal: AbortSignal): Promise<FoundJob> {
    const id = readJobId(text);
    const deadline = performance.now() + waitMs;
    const inbox = new Inbox<SeenRecord>(signal);
    const watch = this.options.feed.watch(id, (seen) => inbox.push(seen));
    try {
      const records = new SeenRecords();
      for (const seen of watch.recent) records.add(seen);
      let known = this.recall(id, watch.recent) ?? (await this.options.reader.peek(id));
      let job = records.over(known);
      let lookMs = firstLookMs;
      while (!isFinal(job.view.state) && !signal.aborted) {
        const leftMs = deadline - performance.now();
        if (leftMs <= 0) break;
        const seen = await inbox.next(Math.min(leftMs, lookMs));
        if (seen) records.add(seen);
        else {
          // The log is quicker; an outage of the database does not end the wait.
          known = await this.options.reader.peek(id).catch(() => known);
          lookMs = Math.min(lookMs * 2, maxLookMs);
        }
        job = records.over(known);
      }
      if (job !== known) this.options.shown.note(job, records.position);
      return job;
    } finally {
      watch.stop();
    }
  }

  /** The job as this process accepted it, if all its records were read from the log: the projection knows no more. */
  private recall(id: JobId, recent: readonly SeenRecord[]): FoundJob | undefined {
    const isWhole = recent.some(({ record }) => record.phase === 'queued' && record.run === 1);
    return isWhole ? this.options.reader.recall(id) : undefined;
  }
}
