import { isFinal } from '@jobstream/contracts';
import type { TransitionView } from '@jobstream/contracts/rest';
import { goesFarther } from '@jobstream/lifecycle';
import type { HistoryItem } from '@jobstream/projection';
import { viewOfTransition } from '../reads/job-view.js';
import type { SeenRecord } from './job-feed.js';
import { inLogOrder } from './log-order.js';
import type { LogPosition } from '../reads/log-position.js';
import { itemOf } from './overlay-view.js';

/** A transition with the id to resume by, and what a handler reported. */
export type ToldEvent =
  | { readonly kind: 'transition'; readonly id: string; readonly data: TransitionView }
  | { readonly kind: 'progress'; readonly data: unknown };

/**
 * What a stream tells of its job: each transition once, over all its connections. A position holds one offset a
 * partition, so a partition's records are told in their order, although a history goes by run first.
 */
export class StreamedJob {
  /** What was told that brings the job farthest. */
  private standing: HistoryItem | undefined;

  /** @param seen what was told on other connections; advanced as events are made */
  constructor(private readonly seen: LogPosition) {}

  /** Whether the newest run that was told of has ended. */
  get hasEnded(): boolean {
    return this.standing !== undefined && isFinal(this.standing.state);
  }

  /** What was not told yet of a history: one that has all records of a partition up to some place. */
  *tellPast(history: readonly HistoryItem[]): Generator<ToldEvent, void> {
    for (const item of inLogOrder(history)) {
      this.note(item);
      if (!this.seen.has(item)) yield this.tellTransition(item);
    }
  }

  /** Undefined where there is nothing new in the record: a copy, or progress of what is over. */
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
