import type { Logger } from '@jobstream/runtime';
import type { LimitRule } from './limit-rule.js';
import type { PermitName, PermitStore } from './permit-store.js';
import { WaitingRoom, type NotAdmitted } from './waiting-room.js';

/** Gives back the permits of a job. Called once its attempt has ended. */
export type Release = () => void;

export interface ConcurrencyLimiterOptions {
  readonly store: Pick<PermitStore, 'leaseMs' | 'release' | 'renewAndTake'>;
  /** Permits of one limit that this worker asks for at once: it could not use more. */
  readonly maxAtOnce: number;
  readonly logger: Logger;
  /** Monotonic, in milliseconds. */
  now(this: void): number;
}

/** Time between two looks for a free permit, while a job waits for one. */
const lookEveryMs = 100;
/** Permits that are released within this time are given back in one statement. */
const gatherMs = 10;
const outagePauseMs = 500;
/** How long one worker may hand a permit from job to job; then it leaves the limit to the others for `restMs`. */
const keepMs = 2_000;
const restMs = 150;

interface Permit extends PermitName {
  readonly takenAt: number;
  leaseEndsAt: number;
}

/**
 * Lets as many jobs run at once as a concurrency limit allows, all workers together.
 *
 * Each limit has `max` permits, rows in Postgres. This worker leases them, many in one statement, and hands each to a job that
 * waits. A released permit goes to the next job here for up to two seconds, then back to Postgres.
 *
 * Invariants: a job that waits holds no slot of its worker. While Postgres is unreachable, permits that are held stay valid
 * until their leases end, and no other job is admitted.
 */
export class ConcurrencyLimiter {
  private readonly room = new WaitingRoom<Release>();
  /** The newest maximum of each limit that is in use. */
  private readonly maxOf = new Map<string, number>();
  /** Until when this worker leaves a limit to the others. */
  private readonly restUntil = new Map<string, number>();
  private readonly permits = new Map<string, Permit>();
  private readonly released: Permit[] = [];
  private timer: NodeJS.Timeout | undefined;
  private timerAt = Infinity;
  private isBusy = false;
  private isStopped = false;
  private isPostgresAway = false;

  constructor(private readonly options: ConcurrencyLimiterOptions) {}

  /** Waits for a permit. @param gone ends the wait, as `lost` */
  enter(
    { id, max }: Extract<LimitRule, { kind: 'concurrency' }>,
    gone: AbortSignal,
  ): Promise<Release | NotAdmitted> {
    this.maxOf.set(id, max);
    if (this.room.isEmpty(id)) this.runIn(gatherMs);
    return this.room.wait(id, gone);
  }

  /** How many limits it remembers. */
  get size(): number {
    return this.maxOf.size;
  }

  /** Ends all waits without a permit. */
  dismiss(why: NotAdmitted): void {
    this.room.dismiss(why);
  }

  /** Admits no more jobs and gives back the permits that are free. Leases of running jobs end by themselves. */
  async stop(): Promise<void> {
    this.isStopped = true;
    clearTimeout(this.timer);
    if (this.released.length > 0) await this.options.store.release(this.released).catch(() => undefined);
  }

  private release(permit: Permit): void {
    if (this.permits.get(nameOf(permit)) !== permit) return; // its lease was lost meanwhile
    const now = this.options.now();
    const mayKeep =
      now - permit.takenAt < keepMs && now < permit.leaseEndsAt - this.renewMs && !this.isAboveMax(permit);
    if (mayKeep && this.room.admit(permit.id, () => this.release(permit))) return;
    this.permits.delete(nameOf(permit));
    this.released.push(permit);
    if (!this.room.isEmpty(permit.id)) this.restUntil.set(permit.id, now + restMs);
    this.runIn(gatherMs);
  }

  /** The limit was lowered below this permit's number. */
  private isAboveMax({ id, slot }: Permit): boolean {
    return slot > (this.maxOf.get(id) ?? 0);
  }

  private get renewMs(): number {
    return this.options.store.leaseMs / 3;
  }

  private runIn(ms: number): void {
    const at = this.options.now() + ms;
    if (this.isStopped || this.isBusy || at >= this.timerAt) return;
    clearTimeout(this.timer);
    this.timerAt = at;
    this.timer = setTimeout(() => void this.run(), ms);
  }

  private async run(): Promise<void> {
    this.isBusy = true;
    this.timerAt = Infinity;
    try {
      await this.giveBack();
      this.forgetUnused();
      await this.renewAndTake();
      if (this.isPostgresAway) this.options.logger.info('Postgres reachable again: permits are leased');
      this.isPostgresAway = false;
    } catch (error) {
      if (!this.isPostgresAway)
        this.options.logger.warn({ err: error }, 'Postgres unreachable: jobs under a concurrency limit wait');
      this.isPostgresAway = true;
    }
    this.isBusy = false;
    if (this.isStopped) return;
    if (this.room.size > 0 || this.released.length > 0)
      this.runIn(this.isPostgresAway ? outagePauseMs : lookEveryMs);
    else if (this.permits.size > 0) this.runIn(this.renewMs);
  }

  private async giveBack(): Promise<void> {
    const permits = this.released.splice(0);
    if (permits.length === 0) return;
    try {
      await this.options.store.release(permits);
    } catch (error) {
      this.released.push(...permits);
      throw error;
    }
  }

  private async renewAndTake(): Promise<void> {
    const { store, now, maxAtOnce, logger } = this.options;
    const askedAt = now();
    const due = [...this.permits.values()].filter(
      ({ leaseEndsAt }) => leaseEndsAt - askedAt < store.leaseMs - this.renewMs,
    );
    const wishes = [...this.room.waiting()]
      .filter(([id]) => (this.restUntil.get(id) ?? 0) <= askedAt)
      .map(([id, count]) => ({ id, count: Math.min(count, maxAtOnce), max: this.maxOf.get(id)! }));
    if (due.length === 0 && wishes.length === 0) return;
    const { renewed, taken } = await store.renewAndTake(due, wishes);
    const kept = new Set(renewed.map(nameOf));
    for (const permit of due) {
      if (kept.has(nameOf(permit))) permit.leaseEndsAt = askedAt + store.leaseMs;
      else if (this.permits.get(nameOf(permit)) === permit) {
        this.permits.delete(nameOf(permit));
        logger.warn({ limit: permit.id, slot: permit.slot }, 'permit lost while its job runs');
      }
    }
    for (const { id, slot } of taken)
      this.use({ id, slot, takenAt: askedAt, leaseEndsAt: askedAt + store.leaseMs });
  }

  private use(permit: Permit): void {
    this.permits.set(nameOf(permit), permit);
    if (!this.room.admit(permit.id, () => this.release(permit))) this.release(permit);
  }

  /** Each value of a key may have a limit: those without a waiting job and without a permit are forgotten. */
  private forgetUnused(): void {
    const held = new Set([...this.permits.values()].map(({ id }) => id));
    for (const id of this.maxOf.keys()) {
      if (held.has(id) || !this.room.isEmpty(id)) continue;
      this.maxOf.delete(id);
      this.restUntil.delete(id);
    }
  }
}

function nameOf({ id, slot }: PermitName): string {
  return `${slot}/${id}`;
}
