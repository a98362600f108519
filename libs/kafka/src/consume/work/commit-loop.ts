import { setTimeout as sleep } from 'node:timers/promises';
import { inTime } from '@jobstream/runtime';
import type { OffsetCommit } from '../consumer-session.js';

const minPauseMs = 50;
const retryMs = 250;

/** A commit ready to be sent, with what to note once it has landed. */
export interface PendingCommit {
  commits: OffsetCommit[];
  landed(): void;
}

export interface CommitSource {
  /** All that is new since the last commit that landed; null for nothing, `not yet` while that is not known. */
  collect(): PendingCommit | 'not yet' | null;
  /** Sends under the present generation; null before the first join of a session. */
  send(commits: OffsetCommit[]): Promise<void> | null;
  failed(error: unknown): void;
}

/**
 * Commits whenever something is new, at most 50 ms after it came up, and one commit at a time. A failed commit is not sent again:
 * the next one says the same and more. News that cannot be collected or sent yet is tried again after 250 ms.
 */
export class CommitLoop {
  private readonly source: CommitSource;
  private timer: NodeJS.Timeout | null = null;
  private inFlight: Promise<void> | null = null;
  private stopped = false;

  constructor(source: CommitSource) {
    this.source = source;
  }

  /** There may be something new to commit. */
  touch(): void {
    if (!this.timer && !this.inFlight && !this.stopped) this.schedule(minPauseMs);
  }

  /** Commits all that is new now, unless a commit is in flight. */
  sendNow(): void {
    if (this.inFlight || this.stopped) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const pending = this.source.collect();
    if (!pending) return;
    const sent = pending === 'not yet' ? null : this.source.send(pending.commits);
    if (pending === 'not yet' || !sent) return this.schedule(retryMs);
    this.inFlight = sent.then(
      () => {
        pending.landed();
        this.inFlight = null;
        this.schedule(minPauseMs);
      },
      (error: unknown) => {
        this.source.failed(error);
        this.inFlight = null;
        this.schedule(retryMs);
      },
    );
  }

  /** Resolves with true once nothing is left to commit, with false after `limitMs`. */
  async flush(limitMs: number): Promise<boolean> {
    const end = performance.now() + limitMs;
    while (performance.now() < end) {
      if (this.inFlight) await inTime(this.inFlight, end - performance.now());
      if (!this.inFlight && !this.source.collect()) return true;
      this.sendNow();
      if (!this.inFlight) await sleep(20);
    }
    return false;
  }

  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }

  private schedule(ms: number): void {
    if (this.stopped || this.timer) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.sendNow();
    }, ms);
  }
}
