import type { Logger } from '@jobstream/runtime';
import { horizonMs, type GrantStore, type GrantWish } from './grant-store.js';
import type { LimitRule } from './limit-rule.js';
import { WaitingRoom, type Dismissal } from './waiting-room.js';

/** What {@link RateGate} takes. */
export interface RateGateOptions {
  readonly store: Pick<GrantStore, 'draw'>;
  /** This worker's part of its queue, from 0 to 1: what it may use of a rate while Postgres is away. */
  share(this: void): number;
  readonly logger: Logger;
  /** Monotonic, in milliseconds. */
  now(this: void): number;
}

/** Starts are drawn for about so long at once, and again when they are used up to a half. */
const batchMs = 500;
const lookEveryMs = 25;
const awayPauseMs = 1_000;
/** A start that was granted and that nobody used by then is void. */
const staleMs = 250;
const leastShare = 0.01;

interface Line {
  readonly intervalMs: number;
  /** When jobs may start, in order. */
  readonly starts: number[];
  /** Not before then is there more to draw. */
  askAgainAt: number;
  /** The next start of this worker's own share. */
  nextOwnAt: number;
}

/**
 * Lets jobs start at a rate that all workers share. Postgres grants times, in batches: no job costs a round trip. While
 * it is away, each worker goes by its own share of the rate.
 */
export class RateGate {
  private readonly room = new WaitingRoom<'granted'>();
  private readonly lines = new Map<string, Line>();
  private timer: NodeJS.Timeout | undefined;
  private busy = false;
  private stopped = false;
  private awayUntil = 0;

  constructor(private readonly options: RateGateOptions) {}

  enter(
    { id, intervalMs }: Extract<LimitRule, { kind: 'rate' }>,
    gone: AbortSignal,
  ): Promise<'granted' | Dismissal> {
    if (!this.lines.has(id)) this.lines.set(id, { intervalMs, starts: [], askAgainAt: 0, nextOwnAt: 0 });
    const answer = this.room.wait(id, gone);
    this.timer ??= setTimeout(() => this.run(), 0);
    return answer;
  }

  dismiss(why: Dismissal): void {
    this.room.dismiss(why);
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Serves who may start now, sees to it that there are starts to come, and runs again while anybody waits. */
  private run(): void {
    this.timer = undefined;
    const now = this.options.now();
    for (const [id, line] of this.lines) this.serve(id, line, now);
    if (!this.busy) void this.draw(now);
    if (this.room.size > 0 && !this.stopped) this.timer ??= setTimeout(() => this.run(), this.nextRunIn(now));
  }

  private nextRunIn(now: number): number {
    let at = now + lookEveryMs;
    for (const { starts } of this.lines.values()) at = Math.min(at, starts[0] ?? at);
    return Math.max(1, at - now);
  }

  private serve(id: string, line: Line, now: number): void {
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
    if (now < this.awayUntil) return this.takeOwn(wishes, now);
    this.busy = true;
    try {
      const answers = await this.options.store.draw(wishes);
      const answeredAt = this.options.now();
      for (const { id, count, firstInMs } of answers) this.grant(id, count, answeredAt + firstInMs);
      if (this.awayUntil > 0) this.options.logger.info('limits: Postgres is there again');
      this.awayUntil = 0;
    } catch (error) {
      if (this.awayUntil === 0)
        this.options.logger.warn({ err: error }, 'limits: rates fall to the own share of this worker');
      this.awayUntil = this.options.now() + awayPauseMs;
    } finally {
      this.busy = false;
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

  private takeOwn(wishes: readonly GrantWish[], now: number): void {
    const share = Math.max(this.options.share(), leastShare);
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
