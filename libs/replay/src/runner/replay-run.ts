import { maxReplayFaults } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import type { Projection } from '../projection.js';
import type { HeldReplay, ReplayStore } from '../rows/replay-store.js';
import type { Replay, Skipped } from '../rows/replay.js';
import { NotAcknowledgedError, type ReservedRuns, type RunId } from '../rows/reserved-runs.js';
import type { MatchingJobs } from '../selection/matching-jobs.js';
import type { SelectedPage, Selection } from '../selection/selection.js';
import { waitForProjection } from './projection-behind.js';
import { RatePacer } from './rate-pacer.js';
import { StoppedError, type Turn } from './turn.js';

export interface ReplayRunOptions {
  readonly database: Database;
  readonly replays: ReplayStore;
  readonly reserved: ReservedRuns;
  readonly selection: Selection;
  readonly matching: MatchingJobs;
  readonly projection: Projection;
}

const maxPageRecords = 500;
const minPageRecords = 10;

/**
 * One process' turn at a replay: produces the runs that an earlier process reserved, then continues page by page. A page is
 * reserved in the transaction that advances the replay, and produced before the next one is read.
 */
export class ReplayRun {
  private readonly pacer: RatePacer;
  private skipped: Skipped;
  private faults: Replay['faults'];
  /** Runs that count against the cap. */
  private made: number;
  /** Why some runs that were tried are still reserved. */
  private refusal: Error | undefined;

  constructor(
    private readonly options: ReplayRunOptions,
    private readonly held: HeldReplay,
    private readonly turn: Turn,
  ) {
    const { request, skipped, faults, replayed } = held.replay;
    this.pacer = new RatePacer(request.source === 'job' ? 1_000 : request.rate);
    this.skipped = skipped;
    this.faults = faults;
    this.made = replayed;
  }

  /**
   * Resolves with true once the replay has ended, with false when it is left to another process.
   * @throws the errors of Kafka and Postgres; the replay continues when it is taken again
   */
  run(): Promise<boolean> {
    return this.turn.during(async () => {
      this.made += await this.produceReserved();
      await this.makePages();
      if (this.refusal) throw new NotAcknowledgedError(this.refusal);
    });
  }

  private async makePages(): Promise<void> {
    if (this.turn.state !== 'running' || this.isFull()) return;
    for await (const page of this.pages()) {
      if (!(await this.reserve(page))) return;
      this.made += await this.produceReserved();
      if (this.isFull()) return;
    }
  }

  private async *pages(): AsyncGenerator<SelectedPage> {
    const { selection, matching, projection } = this.options;
    const { id, request, ranges, below, createdAt } = this.held.replay;
    if (request.source === 'job') return;
    await waitForProjection(projection, this.turn);
    const size = Math.min(Math.max(request.rate, minPageRecords), maxPageRecords);
    if (request.source === 'jobs') yield* matching.pages(request, below ?? id, size, createdAt);
    else yield* selection.pages(request, ranges, size, createdAt.getTime());
  }

  /** Resolves with false when the replay was cancelled meanwhile. */
  private async reserve(page: SelectedPage): Promise<boolean> {
    const { database, replays, reserved } = this.options;
    const runs = page.runs.slice(0, this.room());
    const skipped = { ...this.skipped };
    for (const [reason, count] of page.skipped) skipped[reason] = (skipped[reason] ?? 0) + count;
    const skippedNow = [...page.skipped.values()].reduce((sum, count) => sum + count, 0);
    const faults = [...this.faults, ...page.faults].slice(0, maxReplayFaults);
    const counted = await database
      .transaction(async (session) => {
        const taken = runs.length - (await reserved.reserve(session, this.held.replay.id, runs));
        const known = taken + (skipped.already_replayed ?? 0);
        const all = known > 0 ? { ...skipped, already_replayed: known } : skipped;
        const matched = runs.length + page.faults.length + skippedNow;
        const failed = page.faults.length;
        const { ranges, below = null } = page;
        const counts = { ranges, below, matched, done: 0, failed, skipped: all, faults };
        if (await replays.advance(session, this.held, counts)) return all;
        throw new StoppedError();
      })
      .catch(async (error: unknown) => {
        if (error instanceof StoppedError && (await this.turn.renew()) === 'cancelling') return undefined;
        throw error;
      });
    if (counted) Object.assign(this, { skipped: counted, faults });
    return counted !== undefined;
  }

  /** Tries all reserved runs, at the replay's rate. Resolves with the number settled; runs that a partition refuses stay reserved. */
  private async produceReserved(): Promise<number> {
    let produced = 0;
    let after: RunId | undefined;
    this.refusal = undefined;
    for (;;) {
      await this.pacer.wait(this.turn.stopping);
      this.turn.check();
      const { settled, last, refusal } = await this.options.reserved.produce(
        this.held.replay.id,
        this.pacer.slice,
        after,
      );
      if (!last) return produced;
      this.refusal = refusal ?? this.refusal;
      this.pacer.spend(Math.max(1, settled));
      produced += settled;
      after = last;
    }
  }

  private room(): number | undefined {
    const { request } = this.held.replay;
    return request.source === 'job' || request.cap === undefined ? undefined : request.cap - this.made;
  }

  private isFull(): boolean {
    return (this.room() ?? 1) <= 0;
  }
}
