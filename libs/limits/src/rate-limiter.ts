import type { Logger } from '@jobstream/runtime';
import { horizonMs, type GrantStore, type GrantWish } from './grant-store.js';
import type { LimitRule } from './limit-rule.js';
import { WaitingRoom, type NotAdmitted } from './waiting-room.js';

export interface RateLimiterOptions {
  readonly store: Pick<GrantStore, 'draw'>;
  /** This worker's part of its queue, from 0 to 1: its part of each rate while Postgres is unreachable. */
  share(this: void): number;
  readonly logger: Logger;
  /** Monotonic, in milliseconds. */
  now(this: void): number;
}

/** The starts of about this time are drawn at once, and more when half of them are used. */
const batchMs = 500;
const lookEveryMs = 25;
const outagePauseMs = 1_000;
/** A granted start that no job has used for this long is void. */
const staleMs = 250;
const minShare = 0.01;

interface Line {
  readonly intervalMs: number;
  /** When jobs may start, in order. */
  readonly starts: number[];
  /** No more can be drawn before then. */
  askAgainAt: number;
  /** The next start by this worker's own share. */
  nextOwnAt: number;
}

/**
 * Lets jobs start at a rate that all workers share.
 *
 * Postgres grants the times of starts, a batch for each rate, so no job costs a round trip. Each start admits the job that has
 * waited longest. While Postgres is unreachable, each worker uses its own share of the rate.
 */
export class RateLimiter {
  private readonly room = new WaitingRoom<'granted'>();
  private readonly lines = new Map<string, Line>();
  private timer: NodeJS.Timeout | undefined;
  private isBusy = false;
  private isStopped = false;
  /** Postgres is not asked before then; 0 while it answers. */
  private awayUntil = 0;

  constructor(private readonly options: RateLimiterOptions) {}

  /** Waits for a start. @param gone ends the wait, as `lost` */
  enter(
    { id, intervalMs }: Extract<LimitRule, { kind: 'rate' }>,
    gone: AbortSignal,
  ): Promise<'granted' | NotAdmitted> {
    if (!this.lines.has(id)) this.lines.set(id, { intervalMs, starts: [], askAgainAt: 0, nextOwnAt: 0 });
    const answer = this.room.wait(id, gone);
    this.timer ??= setTimeout(() => this.run(), 0);
    return answer;
  }

  /** Ends all waits without a start. */
  dismiss(why: NotAdmitted): void {
    this.room.dismiss(why);
  }

  /** Admits no more jobs. */
  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  /** Admits the jobs that may start now, draws starts for the others, and runs again while any job waits. */
  private run(): void {
    this.timer = undefined;
    const now = this.options.now();
    for (const [id, line] of this.lines) this.admitDue(id, line, now);
    if (!this.isBusy) void this.draw(now);
    if (this.room.size > 0 && !this.isStopped)
      this.timer ??= setTimeout(() => this.run(), this.nextRunIn(now));
  }

  private nextRunIn(now: number): number {
    let at = now + lookEveryMs;
    for (const { starts } of this.lines.values()) at = Math.min(at, starts[0] ?? at);
    return Math.max(1, at - now);
  }

  private admitDue(id: string, line: Line, now: number): void {
    const { starts } = line;
    let used = 0;
    while (used < starts.length && starts[used]! <= now) {
      if (starts[used]! >= now - staleMs && !this.room.admit(id, 'granted')) break;
      used++;
    }
    starts.splice(0, used);
    if (this.room.isEmpty(id) && starts.length === 0 && line.nextOwnAt < now) this.lines.delete(id);
  }

  private async draw(now: number): Promise<void> {
    const wishes = this.wishesAt(now);
    if (wishes.length === 0) return;
    if (now < this.awayUntil) return this.useOwnShare(wishes, now);
    this.isBusy = true;
    try {
      const answers = await this.options.store.draw(wishes);
      const answeredAt = this.options.now();
      for (const { id, count, firstInMs } of answers) this.grant(id, count, answeredAt + firstInMs);
      if (this.awayUntil > 0) this.options.logger.info('Postgres reachable again: rates are shared');
      this.awayUntil = 0;
    } catch (error) {
      if (this.awayUntil === 0)
        this.options.logger.warn(
          { err: error },
          "Postgres unreachable: using this worker's share of the rate",
        );
      this.awayUntil = this.options.now() + outagePauseMs;
    } finally {
      this.isBusy = false;
    }
  }

  private wishesAt(now: number): GrantWish[] {
    const wishes: GrantWish[] = [];
    for (const [id, waiting] of this.room.waiting()) {
      const { intervalMs, starts, askAgainAt } = this.lines.get(id)!;
      if (now < askAgainAt || (starts.at(-1) ?? 0) > now + batchMs / 2) continue;
      const count = Math.min(waiting - starts.length, Math.max(1, Math.ceil(batchMs / intervalMs)));
      if (count > 0) wishes.push({ id, count, intervalMs });
    }
    return wishes;
  }

  private grant(id: string, count: number, firstAt: number): void {
    const line = this.lines.get(id);
    if (line === undefined) return;
    for (let at = 0; at < count; at++) line.starts.push(firstAt + at * line.intervalMs);
    if (count === 0) line.askAgainAt = firstAt - horizonMs;
  }

  private useOwnShare(wishes: readonly GrantWish[], now: number): void {
    const share = Math.max(this.options.share(), minShare);
    for (const { id, count, intervalMs } of wishes) {
      const line = this.lines.get(id)!;
      const step = intervalMs / share;
      for (let taken = 0; taken < count; taken++) {
        const at = Math.max(line.nextOwnAt, now);
        if (at > now + batchMs) break;
        line.starts.push(at);
        line.nextOwnAt = at + step;
      }
    }
  }
}
