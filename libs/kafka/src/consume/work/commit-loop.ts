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

/** Where the loop gets its commits and sends them. */
export interface CommitSource {
  /** Everything new since the last commit that landed; null when there is nothing. `not yet` while that can't be said. */
  collect(): PendingCommit | 'not yet' | null;
  /** Sends under the present generation; null when there is nothing to send it by. */
  send(commits: OffsetCommit[]): Promise<void> | null;
  failed(error: unknown): void;
}

/**
 * Commits while there is something to commit: at most 50 ms after it came up, one at a time. A failed commit is not repeated,
 * what it said goes into the next one. What can't be collected or sent yet is not forgotten.
 */
export class CommitLoop {
  private readonly source: CommitSource;
  private timer: NodeJS.Timeout | null = null;
  private inFlight: Promise<void> | null = null;
  private stopped = false;

  constructor(source: CommitSource) {
    this.source = source;
  }

  /** Something has come up. */
  touch(): void {
    if (!this.timer && !this.inFlight && !this.stopped) this.schedule(minPauseMs);
  }

  /** Sends what there is now, if nothing is in flight. */
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

  /** Resolves when all there is has landed, or after `limitMs`. */
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
