import { isFinal, type JobId, type JobView, type TransitionView } from '@jobstream/contracts';
import { foldRecord, mergeFolds, type JobFold } from '@jobstream/lifecycle';
import type { HistoryItem, JobQueries, ProjectionProgress } from '@jobstream/projection';
import type { JobReader } from '../jobs/job-reader.js';
import { viewOfTransition } from '../jobs/job-view.js';
import type { LogEnds } from '../jobs/log-ends.js';
import { Inbox } from './inbox.js';
import type { JobFeed, SeenRecord } from './job-feed.js';
import type { LogPosition } from './log-position.js';
import { itemOf, newerView } from './newer-view.js';

/** What a stream tells: a transition with the id to resume by, what a handler reported, and at last how the job ended. */
export type StreamEvent =
  | { readonly kind: 'transition'; readonly id: string; readonly data: TransitionView }
  | { readonly kind: 'progress'; readonly data: unknown }
  | { readonly kind: 'end'; readonly data: JobView };

/** What {@link JobStreams} is made of. */
export interface JobStreamsParts {
  readonly feed: JobFeed;
  readonly reader: JobReader;
  readonly queries: JobQueries;
  readonly progress: ProjectionProgress;
  readonly ends: LogEnds;
}

const lookMs = 1_000;

/** Follows jobs, each transition once: first what the projection knows, then what the log brings. */
export class JobStreams {
  constructor(private readonly parts: JobStreamsParts) {}

  /** Whether whoever has seen that much of an ended job has seen it all. */
  async isOver({ id, state }: JobView, seen: LogPosition): Promise<boolean> {
    if (!isFinal(state)) return false;
    const items = await this.parts.queries.history(id);
    return items?.every((item) => seen.has(item)) ?? false;
  }

  /**
   * The transitions that were not seen yet, to the end of the job's newest run. Ends without `end` when `signal` aborts.
   * @param seen advanced as events are yielded
   */
  async *follow(id: JobId, seen: LogPosition, signal: AbortSignal): AsyncGenerator<StreamEvent, void> {
    const inbox = new Inbox<SeenRecord>(signal);
    const watch = this.parts.feed.watch(id, (record) => inbox.push(record));
    try {
      await Promise.race([watch.ready, aborted(signal)]);
      const run = new RunEnd();
      for (const item of await this.readPast(id, signal)) {
        run.note(item);
        if (!seen.has(item)) yield transition(item, seen);
      }
      let fold: JobFold | undefined;
      while (!run.hasEnded && !signal.aborted) {
        const record = await inbox.next(lookMs);
        if (inbox.overflowed) return;
        if (!record) continue;
        fold = add(fold, record);
        const item = itemOf(record);
        if (record.record.phase === 'progress')
          yield { kind: 'progress', data: record.record.value.progress };
        else if (!seen.has(item)) {
          run.note(item);
          yield transition(item, seen);
        }
      }
      if (!signal.aborted) yield { kind: 'end', data: newerView(await this.parts.reader.read(id), fold) };
    } finally {
      watch.stop();
    }
  }

  /** What was in the log when this was called, once the projection has it all: what follows comes from the feed. */
  private async readPast(id: JobId, signal: AbortSignal): Promise<readonly HistoryItem[]> {
    const ends = await this.parts.ends.now();
    while (!signal.aborted) {
      if (await this.parts.progress.waitUntilPassed(ends, lookMs)) break;
    }
    return signal.aborted ? [] : ((await this.parts.queries.history(id)) ?? []);
  }
}

/** Whether the newest run that was told of has ended. */
class RunEnd {
  hasEnded = false;
  private newest = 0;

  note({ run, state }: Pick<HistoryItem, 'run' | 'state'>): void {
    if (run > this.newest) this.hasEnded = false;
    this.newest = Math.max(this.newest, run);
    if (run === this.newest && isFinal(state)) this.hasEnded = true;
  }
}

function transition(item: HistoryItem, seen: LogPosition): StreamEvent {
  seen.advance(item);
  return { kind: 'transition', id: seen.toString(), data: viewOfTransition(item) };
}

function add(fold: JobFold | undefined, { record, at }: SeenRecord): JobFold {
  const one = foldRecord(record, at);
  return fold ? mergeFolds(fold, one) : one;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
