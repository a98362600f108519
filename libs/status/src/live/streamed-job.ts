import { isFinal } from '@jobstream/contracts';
import type { TransitionView } from '@jobstream/contracts/rest';
import { goesFarther } from '@jobstream/lifecycle';
import type { HistoryItem } from '@jobstream/projection';
import { viewOfTransition } from '../reads/job-view.js';
import type { SeenRecord } from './job-feed.js';
import { inLogOrder } from './log-order.js';
import type { LogPosition } from '../reads/log-position.js';
import { itemOf } from './overlay-view.js';

/** A transition with the id to resume by, or a progress report. */
export type ToldEvent =
  | { readonly kind: 'transition'; readonly id: string; readonly data: TransitionView }
  | { readonly kind: 'progress'; readonly data: unknown };

/**
 * The events of a job's stream: each transition once, over all connections of the client. A position holds one offset for each
 * partition, so the records of a partition are told in their order, although a history is ordered by run first.
 */
export class StreamedJob {
  /** The told transition that brings the job farthest. */
  private standing: HistoryItem | undefined;

  /** @param seen the records told on earlier connections; advanced with each event */
  constructor(private readonly seen: LogPosition) {}

  /** Whether the newest run that was told has ended. */
  get hasEnded(): boolean {
    return this.standing !== undefined && isFinal(this.standing.state);
  }

  /** Tells the transitions of a history that were not told yet. The history has all records of a partition up to some offset. */
  *tellPast(history: readonly HistoryItem[]): Generator<ToldEvent, void> {
    for (const item of inLogOrder(history)) {
      this.note(item);
      if (!this.seen.has(item)) yield this.tellTransition(item);
    }
  }

  /** Tells a record; undefined when it is not new: a copy, or progress of an ended attempt. */
  tell(seen: SeenRecord): ToldEvent | undefined {
    const item = itemOf(seen);
    if (this.seen.has(item)) return undefined;
    const isNews = this.note(item);
    if (seen.record.phase !== 'progress') return this.tellTransition(item);
    return isNews ? { kind: 'progress', data: seen.record.value.progress } : undefined;
  }

  private note(item: HistoryItem): boolean {
    const isNews = this.standing === undefined || goesFarther(item, this.standing);
    if (isNews) this.standing = item;
    return isNews;
  }

  private tellTransition(item: HistoryItem): ToldEvent {
    this.seen.advance(item);
    return { kind: 'transition', id: this.seen.toString(), data: viewOfTransition(item) };
  }
}
