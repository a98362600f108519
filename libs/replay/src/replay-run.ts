import { maxReplayFaults } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import { RatePacer } from './rate-pacer.js';
import type { Projection } from './projection.js';
import type { Replay, Skipped } from './replay.js';
import type { HeldReplay, ReplayStore } from './replay-store.js';
import { NotAcknowledgedError, type ReservedRuns, type RunId } from './reserved-runs.js';
import type { SelectedPage, Selection } from './selection.js';

export interface ReplayRunOptions {
  readonly database: Database;
  readonly replays: ReplayStore;
  readonly reserved: ReservedRuns;
  readonly selection: Selection;
  readonly projection: Projection;
  readonly leaseMs: number;
}

/** The projection has not read yet the records that the log held when the replay began. Retried. */
export class ProjectionBehindError extends Error {
  readonly code = 'projection_behind';
  override readonly name = 'ProjectionBehindError';

  constructor() {
    super('The status of jobs is not up to date: waiting until the projection has read the log.');
  }
}

/** The replay stops in this process: it was cancelled, another process holds it, or this process ends. */
class StoppedError extends Error {}

const projectionPatienceMs = 3_000;
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
  private state: Replay['state'] | undefined;
  /** Why some runs that were tried are still reserved. */
  private refusal: Error | undefined;

  /** @param stopping aborted when the process ends */
  constructor(
    private readonly options: ReplayRunOptions,
    private readonly held: HeldReplay,
    private readonly stopping: AbortSignal,
  ) {
    const { request, skipped, faults, replayed, state } = held.replay;
    this.pacer = new RatePacer(request.source === 'job' ? 1_000 : request.rate);
    this.skipped = skipped;
    this.faults = faults;
    this.made = replayed;
    this.state = state;
  }

  /**
   * Resolves with true once the replay has ended, with false when it is left to another process.
   * @throws the errors of Kafka and Postgres; the replay continues when it is taken again
   */
  async run(): Promise<boolean> {
    const renewing = setInterval(() => void this.renew().catch(() => undefined), this.options.leaseMs / 3);
    try {
      this.made += await this.produceReserved();
      await this.makePages();
      if (this.refusal) throw new NotAcknowledgedError(this.refusal);
      return await this.options.replays.finish(this.held);
    } catch (error) {
      if (!(error instanceof StoppedError) && !this.stopping.aborted) throw error;
      return false;
    } finally {
      clearInterval(renewing);
    }
  }

  private async makePages(): Promise<void> {
    const { request, ranges, createdAt } = this.held.replay;
    if (request.source === 'job' || this.state !== 'running' || this.isFull()) return;
    if (!(await this.options.projection.waitUntilCurrent(projectionPatienceMs))) {
      await this.check();
      throw new ProjectionBehindError();
    }
    const pageRecords = Math.min(Math.max(request.rate, minPageRecords), maxPageRecords);
    const pages = this.options.selection.pages(request, ranges, pageRecords, createdAt.getTime());
    for await (const page of pages) {
      if (!(await this.reserve(page))) return;
      this.made += await this.produceReserved();
      if (this.isFull()) return;
    }
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
        const counts = { ranges: page.ranges, matched, failed, skipped: all, faults };
        if (await replays.advance(session, this.held, counts)) return all;
        throw new StoppedError();
      })
      .catch(async (error: unknown) => {
        if (error instanceof StoppedError && (await this.renew()) === 'cancelling') return undefined;
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
      await this.pacer.wait(this.stopping);
      await this.check();
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

  /** @throws StoppedError when this process has to stop */
  private async check(): Promise<void> {
    this.stopping.throwIfAborted();
    if (this.state === undefined) throw new StoppedError();
  }

  private async renew(): Promise<Replay['state'] | undefined> {
    this.state = await this.options.replays.renew(this.held, this.options.leaseMs);
    return this.state;
  }
}
