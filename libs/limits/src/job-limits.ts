import type { QueueLimits } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import type { Logger } from '@jobstream/runtime';
import { GrantStore } from './grant-store.js';
import { limitRulesOf, type LimitRule } from './limit-rule.js';
import { RateGate } from './rate-gate.js';
import { SlotGate, type Leave } from './slot-gate.js';
import { SlotStore } from './slot-store.js';
import type { Dismissal } from './waiting-room.js';

/** What {@link JobLimits} takes. */
export interface JobLimitsOptions {
  readonly queue: string;
  readonly database: Database;
  /** The worker process; its places are leased in its name. */
  readonly worker: string;
  /** Handlers that run at the same time here. */
  readonly slots: number;
  /** This worker's part of its queue, from 0 to 1. */
  share(this: void): number;
  readonly logger: Logger;
  /** How long a place is held by a worker that says nothing any more. Default 10 s. */
  readonly leaseMs?: number;
}

const defaultLeaseMs = 10_000;
const purgeEveryMs = 10 * 60_000;

/**
 * The limits of a worker's queue, held together with all its other workers. Where a queue has none, nothing of this
 * runs and no connection is made.
 */
export class JobLimits {
  private limits: QueueLimits = {};
  private parts:
    { readonly slots: SlotGate; readonly rates: RateGate; readonly purge: NodeJS.Timeout } | undefined;

  private stopped = false;

  constructor(private readonly options: JobLimitsOptions) {}

  /** From now on these hold. Who waits is let go, as `changed`, to ask again. */
  set(limits: QueueLimits): void {
    if (JSON.stringify(limits) === JSON.stringify(this.limits)) return;
    this.limits = limits;
    this.dismiss('changed');
  }

  /** What a job with this payload has to wait for; empty for nothing. */
  rulesOf(payload: unknown): readonly LimitRule[] {
    const { rate, concurrency, perKey } = this.limits;
    if (rate === undefined && concurrency === undefined && perKey === undefined) return none;
    return limitRulesOf(this.options.queue, this.limits, payload);
  }

  /**
   * Waits until all rules let the job start.
   * @param gone ends the wait, as `lost`
   * @returns what to call when its attempt has ended, or why it does not start
   */
  async enter(rules: readonly LimitRule[], gone: AbortSignal): Promise<Leave | Dismissal> {
    if (this.stopped) return 'lost';
    const { slots, rates } = (this.parts ??= this.begin());
    const held: Leave[] = [];
    const leaveAll = () => held.splice(0).forEach((leave) => leave());
    for (const rule of rules) {
      const answer: Leave | 'granted' | Dismissal = await (rule.kind === 'concurrency'
        ? slots.enter(rule, gone)
        : rates.enter(rule, gone));
      if (typeof answer === 'function') held.push(answer);
      else if (answer !== 'granted') {
        leaveAll();
        return answer;
      }
    }
    return leaveAll;
  }

  /** Lets nobody in any more; who waits is let go as `lost`. What was let in goes on and leaves as before. */
  stop(): void {
    this.stopped = true;
    this.dismiss('lost');
    this.parts?.rates.stop();
  }

  /** Gives back all that is held, at the end. */
  async close(): Promise<void> {
    if (!this.parts) return;
    clearInterval(this.parts.purge);
    await this.parts.slots.stop();
  }

  private dismiss(why: Dismissal): void {
    this.parts?.slots.dismiss(why);
    this.parts?.rates.dismiss(why);
  }

  private begin(): NonNullable<JobLimits['parts']> {
    const { database, worker, slots, share, logger, leaseMs = defaultLeaseMs } = this.options;
    const now = () => performance.now();
    const slotStore = new SlotStore(database, worker, leaseMs);
    const grantStore = new GrantStore(database);
    const purge = setInterval(() => {
      Promise.all([slotStore.purge(), grantStore.purge()]).catch((error: unknown) =>
        logger.warn({ err: error }, 'limits: old rows were not purged'),
      );
    }, purgeEveryMs);
    return {
      slots: new SlotGate({ store: slotStore, mostAtOnce: slots, logger, now }),
      rates: new RateGate({ store: grantStore, share, logger, now }),
      purge,
    };
  }
}

const none: readonly LimitRule[] = [];
