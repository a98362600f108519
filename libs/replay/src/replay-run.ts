import { maxReplayFaults } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import { Pace } from './pace.js';
import type { Projection } from './projection.js';
import type { Replay, Skipped } from './replay.js';
import type { HeldReplay, ReplayStore } from './replay-store.js';
import { NotAcknowledgedError, type ReservedRuns, type RunId } from './reserved-runs.js';
import type { SelectedPage, Selection } from './selection.js';

/** What {@link ReplayRun} is made of. */
export interface ReplayRunParts {
  readonly database: Database;
  readonly replays: ReplayStore;
  readonly reserved: ReservedRuns;
  readonly selection: Selection;
  readonly projection: Projection;
  readonly leaseMs: number;
}

/** The projection has not read yet what the log held when the replay began to look: it is asked for again. */
export class ProjectionBehindError extends Error {
  readonly code = 'projection_behind';
  override readonly name = 'ProjectionBehindError';

  constructor() {
    super('The status of jobs is not up to date: waiting until the projection has read the log.');
  }
}

/** The replay is to stop here: cancelled, held by another process by now, or this process ends. */
class StoppedError extends Error {}

const projectionPatienceMs = 3_000;
const mostPageRecords = 500;
const leastPageRecords = 10;

/**
 * One process' turn at a replay: makes what an earlier one reserved, then goes on page by page. A page is reserved in the
 * transaction that moves the replay on, and produced before the next one is read.
 */
export class ReplayRun {
  private readonly pace: Pace;
  private skipped: Skipped;
  private faults: Replay['faults'];
  /** Runs that count against the cap. */
  private made: number;
  private state: Replay['state'] | undefined;
  /** Why runs are still reserved that were tried. */
  private refusal: Error | undefined;

  /** @param stopping aborted when the process ends */
  constructor(
    private readonly parts: ReplayRunParts,
    private readonly held: HeldReplay,
    private readonly stopping: AbortSignal,
  ) {
    const { request, skipped, faults, replayed, state } = held.replay;
    this.pace = new Pace(request.source === 'job' ? 1_000 : request.rate);
    this.skipped = skipped;
    this.faults = faults;
    this.made = replayed;
    this.state = state;
  }

  /**
   * Resolves with true once the replay is over, with false where it is left to another process.
   * @throws what Kafka or Postgres fail with; the replay goes on when it is taken again
   */
  async run(): Promise<boolean> {
    const renewing = setInterval(() => void this.renew().catch(() => undefined), this.parts.leaseMs / 3);
    try {
      this.made += await this.produceReserved();
      await this.makePages();
      if (this.refusal) throw new NotAcknowledgedError(this.refusal);
      return await this.parts.replays.finish(this.held);
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
    if (!(await this.parts.projection.waitUntilCurrent(projectionPatienceMs))) {
      await this.check();
      throw new ProjectionBehindError();
    }
    const pageRecords = Math.min(Math.max(request.rate, leastPageRecords), mostPageRecords);
    const pages = this.parts.selection.pages(request, ranges, pageRecords, createdAt.getTime());
    for await (const page of pages) {
      if (!(await this.reserve(page))) return;
      this.made += await this.produceReserved();
      if (this.isFull()) return;
    }
  }

  /** Resolves with false where the replay was cancelled meanwhile. */
  private async reserve(page: SelectedPage): Promise<boolean> {
    const { database, replays, reserved } = this.parts;
    const runs = page.runs.slice(0, this.room());
    const skipped = { ...this.skipped };
    for (const [reason, count] of page.skipped) skipped[reason] = (skipped[reason] ?? 0) + count;
    const passedOver = [...page.skipped.values()].reduce((sum, count) => sum + count, 0);
    const faults = [...this.faults, ...page.faults].slice(0, maxReplayFaults);
    const counted = await database
      .transaction(async (session) => {
        const taken = runs.length - (await reserved.reserve(session, this.held.replay.id, runs));
        const known = taken + (skipped.already_replayed ?? 0);
        const all = known > 0 ? { ...skipped, already_replayed: known } : skipped;
        const matched = runs.length + page.faults.length + passedOver;
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

  /** Tries all that is reserved, at the replay's rate; resolves with how much is settled. What a partition refuses stays. */
  private async produceReserved(): Promise<number> {
    let produced = 0;
    let after: RunId | undefined;
    this.refusal = undefined;
    for (;;) {
      await this.pace.wait(this.stopping);
      await this.check();
      const { settled, last, refusal } = await this.parts.reserved.produce(
        this.held.replay.id,
        this.pace.slice,
        after,
      );
      if (!last) return produced;
      this.refusal = refusal ?? this.refusal;
      this.pace.spend(Math.max(1, settled));
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

  /** @throws StoppedError where this process is not to go on */
  private async check(): Promise<void> {
    this.stopping.throwIfAborted();
    if (this.state === undefined) throw new StoppedError();
  }

  private async renew(): Promise<Replay['state'] | undefined> {
    this.state = await this.parts.replays.renew(this.held, this.parts.leaseMs);
    return this.state;
  }
}
