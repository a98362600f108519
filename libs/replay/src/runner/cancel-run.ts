import type { Cancel } from '@jobstream/contracts/records';
import type { Database } from '@jobstream/database';
import type { Clock } from '@jobstream/runtime';
import type { ProjectedJob, Projection } from '../projection.js';
import type { HeldReplay, ReplayStore } from '../rows/replay-store.js';
import type { JobsRequest } from '../rows/replay.js';
import type { MatchingJobs } from '../selection/matching-jobs.js';
import { waitForProjection } from './projection-behind.js';
import { RatePacer } from './rate-pacer.js';
import { StoppedError, type Turn } from './turn.js';

/** Orders to end jobs. Stages don't import each other, so the app supplies this. */
export interface CancelOrders {
  /** Resolves once the log has all of them. A cancel may be ordered again. */
  cancel(cancels: readonly Cancel[]): Promise<unknown>;
}

export interface CancelRunOptions {
  readonly database: Database;
  readonly replays: ReplayStore;
  readonly matching: MatchingJobs;
  readonly projection: Projection;
  readonly orders: CancelOrders;
  /** The broker's time. */
  readonly clock: Clock;
}

/**
 * One process' turn at an action that cancels. A page is ordered first and counted then: a process that dies in between leaves a
 * page that is ordered again, which changes nothing.
 */
export class CancelRun {
  private readonly pacer: RatePacer;
  private done: number;

  constructor(
    private readonly options: CancelRunOptions,
    private readonly held: HeldReplay,
    private readonly request: JobsRequest,
    private readonly turn: Turn,
  ) {
    this.pacer = new RatePacer(request.rate);
    this.done = held.replay.replayed;
  }

  /**
   * Resolves with true once the action has ended, with false when it is left to another process.
   * @throws the errors of Kafka and Postgres; the action continues when it is taken again
   */
  run(): Promise<boolean> {
    return this.turn.during(() => this.cancelPages());
  }

  private async cancelPages(): Promise<void> {
    const { matching, projection } = this.options;
    const { id, below, createdAt } = this.held.replay;
    if (this.turn.state !== 'running' || this.room() === 0) return;
    await waitForProjection(projection, this.turn);
    for await (const page of matching.jobs(this.request, below ?? id, this.pacer.slice, createdAt)) {
      const jobs = page.jobs.slice(0, this.room());
      if (!(await this.cancel(jobs, page.below)) || this.room() === 0) return;
    }
  }

  /** Resolves with false when the action was cancelled meanwhile. */
  private async cancel(
    jobs: readonly ProjectedJob[],
    below: HeldReplay['replay']['below'],
  ): Promise<boolean> {
    const { database, replays, orders, clock } = this.options;
    const { skipped, faults } = this.held.replay;
    await this.pacer.wait(this.turn.stopping);
    this.turn.check();
    const at = new Date(clock.now()).toISOString();
    if (jobs.length > 0)
      await orders.cancel(jobs.map(({ id, run, queue }) => ({ v: 1, id, run, queue, at })));
    this.pacer.spend(Math.max(1, jobs.length));
    const counts = { ranges: [], below, matched: jobs.length, done: jobs.length, failed: 0, skipped, faults };
    if (await replays.advance(database, this.held, counts)) {
      this.done += jobs.length;
      return true;
    }
    if ((await this.turn.renew()) === 'cancelling') return false;
    throw new StoppedError();
  }

  private room(): number | undefined {
    const { cap } = this.request;
    return cap === undefined ? undefined : Math.max(cap - this.done, 0);
  }
}
