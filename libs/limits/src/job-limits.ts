import type { QueueLimits } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import type { Logger } from '@jobstream/runtime';
import { GrantStore } from './grant-store.js';
import { limitRulesOf, type LimitRule } from './limit-rule.js';
import { RateLimiter } from './rate-limiter.js';
import { ConcurrencyLimiter, type Release } from './concurrency-limiter.js';
import { PermitStore } from './permit-store.js';
import type { NotAdmitted } from './waiting-room.js';

export interface JobLimitsOptions {
  readonly queue: string;
  readonly database: Database;
  /** The worker process: permits are leased in its name. */
  readonly worker: string;
  /** Handlers that run at the same time here. */
  readonly slots: number;
  /** This worker's part of its queue, from 0 to 1. */
  share(this: void): number;
  readonly logger: Logger;
  /** A worker that is silent for this long loses its permits. Default 10 s. */
  readonly leaseMs?: number;
}

interface Limiters {
  readonly concurrency: ConcurrencyLimiter;
  readonly rates: RateLimiter;
  readonly purge: NodeJS.Timeout;
}

const defaultLeaseMs = 10_000;
const purgeEveryMs = 10 * 60_000;

/**
 * The limits of a queue, as one of its workers keeps them; all workers together keep each limit. A queue without limits costs
 * nothing: no timer runs and no connection is made.
 */
export class JobLimits {
  private limits: QueueLimits = {};
  private limiters: Limiters | undefined;
  private isStopped = false;

  constructor(private readonly options: JobLimitsOptions) {}

  /** Replaces the limits. All waits end as `changed`: their jobs ask again. */
  set(limits: QueueLimits): void {
    if (JSON.stringify(limits) === JSON.stringify(this.limits)) return;
    this.limits = limits;
    this.dismiss('changed');
  }

  /** The limits that a job with this payload is under, in the order of {@link limitRulesOf}. */
  rulesOf(payload: unknown): readonly LimitRule[] {
    const { rate, concurrency, perKey } = this.limits;
    if (rate === undefined && concurrency === undefined && perKey === undefined) return none;
    return limitRulesOf(this.options.queue, this.limits, payload);
  }

  /**
   * Waits until all rules let the job start.
   * @param gone ends the wait, as `lost`
   * @returns what to call once its attempt has ended, or why it does not start
   */
  async enter(rules: readonly LimitRule[], gone: AbortSignal): Promise<Release | NotAdmitted> {
    if (this.isStopped) return 'lost';
    const { concurrency, rates } = (this.limiters ??= this.begin());
    const held: Release[] = [];
    const releaseAll = () => held.splice(0).forEach((release) => release());
    for (const rule of rules) {
      const answer: Release | 'granted' | NotAdmitted = await (rule.kind === 'concurrency'
        ? concurrency.enter(rule, gone)
        : rates.enter(rule, gone));
      if (typeof answer === 'function') held.push(answer);
      else if (answer !== 'granted') {
        releaseAll();
        return answer;
      }
    }
    return releaseAll;
  }

  /** Admits no more jobs and ends all waits as `lost`. Jobs that were admitted run on and release their permits. */
  stop(): void {
    this.isStopped = true;
    this.dismiss('lost');
    this.limiters?.rates.stop();
  }

  /** Gives back the permits that are free. */
  async close(): Promise<void> {
    if (!this.limiters) return;
    clearInterval(this.limiters.purge);
    await this.limiters.concurrency.stop();
  }

  private dismiss(why: NotAdmitted): void {
    this.limiters?.concurrency.dismiss(why);
    this.limiters?.rates.dismiss(why);
  }

  private begin(): Limiters {
    const { database, worker, slots, share, logger, leaseMs = defaultLeaseMs } = this.options;
    const now = () => performance.now();
    const permitStore = new PermitStore(database, worker, leaseMs);
    const grantStore = new GrantStore(database);
    const purge = setInterval(() => {
      Promise.all([permitStore.purge(), grantStore.purge()]).catch((error: unknown) =>
        logger.warn({ err: error }, 'old rows of limits not purged'),
      );
    }, purgeEveryMs);
    return {
      concurrency: new ConcurrencyLimiter({ store: permitStore, maxAtOnce: slots, logger, now }),
      rates: new RateLimiter({ store: grantStore, share, logger, now }),
      purge,
    };
  }
}

const none: readonly LimitRule[] = [];
