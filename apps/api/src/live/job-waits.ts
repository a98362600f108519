import { isFinal, type JobId, type JobView } from '@jobstream/contracts';
import { foldRecord, mergeFolds, type JobFold } from '@jobstream/lifecycle';
import { readJobId, type JobReader } from '../jobs/job-reader.js';
import { Inbox } from './inbox.js';
import type { JobFeed, SeenRecord } from './job-feed.js';
import { newerView } from './newer-view.js';

const firstLookMs = 20;
const longestLookMs = 1_000;

/** Waits for jobs to end, by the log; the projection is looked at now and then, for what was in the log before. */
export class JobWaits {
  constructor(
    private readonly feed: JobFeed,
    private readonly reader: JobReader,
  ) {}

  /**
   * The job as soon as it is final, or as it is when the time is over or `signal` aborts.
   * @throws ProblemError as {@link JobReader.read} does
   */
  async wait(text: string, waitMs: number, signal: AbortSignal): Promise<JobView> {
    const id = readJobId(text);
    const deadline = performance.now() + waitMs;
    const inbox = new Inbox<SeenRecord>(signal);
    const watch = this.feed.watch(id, (seen) => inbox.push(seen));
    try {
      let fold = watch.recent.reduce<JobFold | undefined>(add, undefined);
      let view = newerView(this.recall(id, watch.recent) ?? (await this.reader.read(id)), fold);
      let lookMs = firstLookMs;
      while (!isFinal(view.state) && !signal.aborted) {
        const leftMs = deadline - performance.now();
        if (leftMs <= 0) break;
        const seen = await inbox.next(Math.min(leftMs, lookMs));
        if (seen) fold = add(fold, seen);
        else {
          // The log tells sooner; an outage of the database in between ends no wait.
          view = await this.reader.read(id).catch(() => view);
          lookMs = Math.min(lookMs * 2, longestLookMs);
        }
        view = newerView(view, fold);
      }
      return view;
    } finally {
      watch.stop();
    }
  }

  /** The job as it was accepted by this process, where all that came of it has been read: the projection knows no more. */
  private recall(id: JobId, recent: readonly SeenRecord[]): JobView | undefined {
    const isWhole = recent.some(({ record }) => record.phase === 'queued' && record.run === 1);
    return isWhole ? this.reader.recall(id) : undefined;
  }
}

function add(fold: JobFold | undefined, { record, at }: SeenRecord): JobFold {
  const one = foldRecord(record, at);
  return fold ? mergeFolds(fold, one) : one;
}
