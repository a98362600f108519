import type { JobId } from '@jobstream/contracts';
import type { Health, Logger } from '@jobstream/runtime';
import type { Registry } from 'prom-client';
import { ClaimLeases, type OwnClaim } from './claim-leases.js';
import { ClaimMetrics } from './claim-metrics.js';
import type { ClaimAnswer, ClaimOutcome, ClaimStore } from './claim-store.js';
import { ClaimWatch } from './claim-watch.js';
import type { ClaimRequest } from './decide-claim.js';

/** The part of {@link ClaimStore} that claims need. */
export type ClaimRows = Pick<ClaimStore, 'take' | 'end' | 'free' | 'renew' | 'findHeld'>;

export interface ClaimsOptions {
  readonly store: ClaimRows;
  readonly leaseMs: number;
  /** Creates the table; called before the first claim, again until it succeeds. */
  prepare(): Promise<void>;
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number;
  readonly metrics: Registry;
  readonly logger: Logger;
}

/** The answer to a request, with the claim that this process now renews. */
export type ClaimReply =
  { readonly kind: 'taken'; readonly claim: OwnClaim } | Exclude<ClaimAnswer, { readonly kind: 'taken' }>;

/** After this time without an answer Postgres counts as unreachable: no further claim is asked for. */
const awayAfterMs = 1_000;
const maxPollMs = 500;
const repeatPauseMs = 200;
/** When the worker stops, it waits this long for claims that are being given back. */
const maxStopMs = 1_000;

/**
 * The claims of one worker: asks for them, renews their leases, writes outcomes into them, gives them back.
 *
 * Invariants: for each job this process asks for one claim at a time, and holds one at most. A claim under which no attempt has
 * started is given back, so that no death is counted. While Postgres is unreachable every request is answered `held`, so that its
 * caller watches.
 */
export class Claims {
  private readonly leases: ClaimLeases;
  private readonly watching: ClaimWatch;
  private readonly metrics: ClaimMetrics;
  /** Jobs whose claim this process asks for, holds or gives back. */
  private readonly busy = new Set<JobId>();
  /** Owners whose request got no answer: they may hold the claim without knowing it. */
  private readonly unanswered = new Set<string>();
  private readonly givingBack = new Set<Promise<void>>();
  private prepared: Promise<void> | undefined;
  /** Why Postgres is unreachable; undefined while it answers. */
  private away: string | undefined;
  private isStopped = false;

  constructor(private readonly options: ClaimsOptions) {
    const { store, leaseMs, monotonic } = options;
    this.leases = new ClaimLeases({
      leaseMs,
      monotonic,
      renew: (claims) => store.renew(claims),
      onLost: (claim) => this.noteLost(claim),
    });
    this.watching = new ClaimWatch({
      pollMs: Math.min(maxPollMs, leaseMs / 10),
      findHeld: (requests) => this.askPostgres(() => store.findHeld(requests)),
    });
    this.metrics = new ClaimMetrics(options.metrics, {
      held: () => this.leases.size,
      watched: () => this.watching.size,
    });
  }

  /** Asks for a claim. Never throws. */
  async ask(request: ClaimRequest): Promise<ClaimReply> {
    if (this.away !== undefined || this.busy.has(request.id)) return { kind: 'held' };
    this.busy.add(request.id);
    const askedAt = this.options.monotonic();
    const answer = await this.askPostgres(() => this.options.store.take(request)).catch(() => undefined);
    if (answer?.kind !== 'taken') this.busy.delete(request.id);
    if (answer === undefined) {
      this.unanswered.add(request.owner);
      return { kind: 'held' };
    }
    this.unanswered.delete(request.owner);
    this.note(request, answer);
    return answer.kind === 'taken'
      ? { kind: 'taken', claim: this.leases.hold(answer.claim, askedAt) }
      : answer;
  }

  /** Calls `ready` once the claim may be free. @returns the function that stops watching */
  watch(request: ClaimRequest, ready: () => void): () => void {
    this.metrics.count('waited');
    return this.watching.add(request, ready);
  }

  /**
   * Writes the outcome of an attempt, again until it is written.
   * @returns false when another owner has taken the claim, or the worker stops: then nothing may be produced
   */
  async end(claim: OwnClaim, outcome: ClaimOutcome): Promise<boolean> {
    this.leases.release(claim);
    try {
      for (;;) {
        try {
          return await this.askPostgres(() => this.options.store.end(claim, outcome));
        } catch {
          if (this.isStopped) return false;
          await pause(repeatPauseMs);
        }
      }
    } finally {
      this.busy.delete(claim.id);
    }
  }

  /** Leaves a claim to its lease: the attempt was stopped and may still have effects, so no other may start at once. */
  leaveToLease(claim: OwnClaim): void {
    this.leases.release(claim);
    this.busy.delete(claim.id);
  }

  /**
   * Gives back a claim under which no attempt has started, again until it is free. Otherwise the next owner would count a death. The
   * claim counts as held until then.
   */
  giveBack(claim: OwnClaim): void {
    this.leases.release(claim);
    void this.startGivingBack(claim).then(() => this.busy.delete(claim.id));
  }

  /** Withdraws a request for good. If it got no answer, its claim may be held: then it is given back. */
  withdraw({ id, owner }: ClaimRequest): void {
    if (this.unanswered.delete(owner)) void this.startGivingBack({ id, owner });
  }

  /** Always ready: jobs without claims run whatever Postgres does. */
  health(): Health {
    const { size: held } = this.leases;
    const { size: watched } = this.watching;
    return { ok: true, detail: { held, watched, ...(this.away !== undefined && { away: this.away }) } };
  }

  /** Stops renewing and writing outcomes. Waits at most a second for claims that are being given back. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.leases.stop();
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, maxStopMs);
      void Promise.all(this.givingBack).then(() => {
        clearTimeout(late);
        resolve();
      });
    });
  }

  private startGivingBack(claim: Pick<OwnClaim, 'id' | 'owner'>): Promise<void> {
    const freed = this.freeUntilDone(claim).finally(() => this.givingBack.delete(freed));
    this.givingBack.add(freed);
    return freed;
  }

  private async freeUntilDone(claim: Pick<OwnClaim, 'id' | 'owner'>): Promise<void> {
    for (;;) {
      try {
        return await this.askPostgres(() => this.options.store.free(claim));
      } catch {
        if (this.isStopped) return;
        await pause(repeatPauseMs);
      }
    }
  }

  private async askPostgres<Answer>(question: () => Promise<Answer>): Promise<Answer> {
    const overdue = setTimeout(() => this.noteAway(`no answer within ${awayAfterMs} ms`), awayAfterMs);
    try {
      this.prepared ??= this.options.prepare();
      await this.prepared.catch((error: unknown) => {
        this.prepared = undefined;
        throw error;
      });
      const answer = await question();
      this.noteBack();
      return answer;
    } catch (error) {
      this.noteAway(error instanceof Error ? error.message : String(error));
      throw error;
    } finally {
      clearTimeout(overdue);
    }
  }

  private note({ id, run, attempt }: ClaimRequest, answer: ClaimAnswer): void {
    const { logger } = this.options;
    switch (answer.kind) {
      case 'taken': {
        const { claim, tookOver } = answer;
        this.metrics.count(tookOver ? 'taken_over' : 'taken');
        const about = { job: id, run, attempt: claim.attempt, deaths: claim.deaths };
        if (tookOver) logger.warn(about, 'claim taken over');
        return;
      }
      case 'repeat':
        return this.metrics.count('ended');
      case 'outdated':
        logger.debug({ job: id, run, attempt }, 'claim already ended: record skipped');
        return this.metrics.count('passed');
      case 'held':
        return;
    }
  }

  private noteLost({ id, attempt, fence, signal }: OwnClaim): void {
    this.metrics.count('lost');
    this.options.logger.warn({ job: id, attempt, fence, err: signal.reason }, 'claim lost: attempt stopped');
  }

  private noteAway(why: string): void {
    if (this.away === undefined)
      this.options.logger.warn({ why }, 'claims unavailable: jobs that need one wait');
    this.away = why;
  }

  private noteBack(): void {
    if (this.away === undefined) return;
    this.away = undefined;
    this.options.logger.info('claims available again');
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
