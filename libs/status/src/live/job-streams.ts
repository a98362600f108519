import { isFinal, type JobId, type Topics } from '@jobstream/contracts';
import type { JobLogLine, JobView } from '@jobstream/contracts/rest';
import {
  maxLogRows,
  type HistoryItem,
  type JobLogRows,
  type JobQueries,
  type LogEnds,
  type ProjectionProgress,
} from '@jobstream/projection';
import type { FoundJob } from '../reads/found-job.js';
import { viewOfLines } from '../reads/job-logs.js';
import type { JobReader } from '../reads/job-reader.js';
import type { ShownJobs } from '../reads/shown-jobs.js';
import { Inbox } from './inbox.js';
import type { JobFeed, SeenRecord } from './job-feed.js';
import type { LogPosition } from '../reads/log-position.js';
import { SeenRecords } from './seen-records.js';
import { StreamedJob, type ToldEvent } from './streamed-job.js';

/** An event of a stream: a transition or lines of the log, with the id to resume by, a progress report, or the end of the job. */
export type StreamEvent =
  | ToldEvent
  | { readonly kind: 'logs'; readonly id: string; readonly data: readonly JobLogLine[] }
  | { readonly kind: 'end'; readonly data: JobView };

export interface JobStreamsOptions {
  readonly feed: JobFeed;
  readonly reader: JobReader;
  readonly shown: ShownJobs;
  readonly queries: JobQueries;
  readonly progress: ProjectionProgress;
  readonly ends: LogEnds;
  readonly logs: Pick<JobLogRows, 'read'>;
  readonly topics: Topics;
}

const lookMs = 1_000;

/** Follows jobs, each transition once: first those that the projection has, then those that the log brings. */
export class JobStreams {
  constructor(private readonly options: JobStreamsOptions) {}

  /** Whether a client at this position has seen the whole ended job. */
  async isOver({ view: { id, state } }: FoundJob, seen: LogPosition): Promise<boolean> {
    if (!isFinal(state)) return false;
    const items = await this.options.queries.history(id);
    return items?.every((item) => seen.has(item)) ?? false;
  }

  /**
   * The transitions that were not seen yet, to the end of the job's newest run. Ends without `end` when `signal` aborts.
   * @param job as it was at the request
   * @param seen advanced as events are yielded
   */
  async *follow(job: FoundJob, seen: LogPosition, signal: AbortSignal): AsyncGenerator<StreamEvent, void> {
    const { feed, reader, shown } = this.options;
    const { id } = job.view;
    const inbox = new Inbox<SeenRecord>(signal);
    const watch = feed.watch(id, (record) => inbox.push(record));
    try {
      await Promise.race([watch.ready, aborted(signal)]);
      const told = new StreamedJob(seen);
      yield* told.tellPast(await this.readPast(id, signal));
      const records = new SeenRecords();
      let lookedAt = -Infinity;
      let linesFrom = 0;
      while (!signal.aborted) {
        // A new run may have begun since the run that was told last has ended.
        const end = told.hasEnded ? records.over(await reader.peek(id)) : undefined;
        const isOver = end !== undefined && isFinal(end.view.state);
        if (isOver || performance.now() - lookedAt >= lookMs) {
          lookedAt = performance.now();
          linesFrom = yield* this.tellLogs(id, seen, linesFrom);
        }
        if (isOver) {
          yield { kind: 'end', data: end.view };
          return;
        }
        const record = await inbox.next(lookMs);
        if (inbox.overflowed) return;
        if (!record) continue;
        records.add(record);
        const event = told.tell(record);
        if (event === undefined) continue;
        shown.note(records.over(job), records.position);
        yield event;
      }
    } finally {
      watch.stop();
    }
  }

  /**
   * The lines that were not told yet, as far as their rows are there. None while Postgres is away: they are told later.
   * @param start the offset to look from: the records of one job are in one partition, and their rows come in its order
   * @returns the offset to look from the next time
   */
  private async *tellLogs(id: JobId, seen: LogPosition, start: number): AsyncGenerator<StreamEvent, number> {
    const { logs, topics } = this.options;
    for (let from = start; ;) {
      const rows = await logs.read(id, { from }).catch(() => []);
      for (const row of rows) {
        const place = { topic: topics.logs, partition: row.partition, offset: row.offset };
        if (seen.has(place)) continue;
        seen.advance(place);
        yield { kind: 'logs', id: seen.toString(), data: viewOfLines(row) };
      }
      const last = rows.at(-1);
      if (last) from = last.offset + 1;
      if (rows.length < maxLogRows) return from;
    }
  }

  /** The history that the log held at this call, once the projection has it. Later records come from the feed. */
  private async readPast(id: JobId, signal: AbortSignal): Promise<readonly HistoryItem[]> {
    const ends = await this.options.ends.now();
    while (!signal.aborted) {
      if (await this.options.progress.waitUntilPassed(ends, lookMs)) break;
    }
    return signal.aborted ? [] : ((await this.options.queries.history(id)) ?? []);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
