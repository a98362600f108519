import type { JobId } from '@jobstream/contracts';
import type { Health, Logger } from '@jobstream/runtime';
import type { Registry } from 'prom-client';
import { ClaimLeases, type OwnClaim } from './claim-leases.js';
import { ClaimMetrics } from './claim-metrics.js';
import type { ClaimAnswer, ClaimOutcome, ClaimStore } from './claim-store.js';
import { ClaimWatch } from './claim-watch.js';
import type { ClaimRequest } from './decide-claim.js';

/** What is asked of {@link ClaimStore}. */
export type ClaimRows = Pick<ClaimStore, 'take' | 'end' | 'free' | 'renew' | 'findHeld'>;

/** What {@link Claims} takes. */
export interface ClaimsOptions {
  readonly store: ClaimRows;
  readonly leaseMs: number;
  /** Makes the table be there; called before the first claim, again until it succeeds. */
  prepare(): Promise<void>;
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonic: () => number;
  readonly metrics: Registry;
  readonly logger: Logger;
}

/** What a request for a claim met, as `ClaimAnswer`. */
export type ClaimReply =
  { readonly kind: 'taken'; readonly claim: OwnClaim } | Exclude<ClaimAnswer, { readonly kind: 'taken' }>;

/** A request that takes longer counts as Postgres being away: others are not even asked for. */
const awayAfterMs = 1_000;
const maxPollMs = 500;
const repeatPauseMs = 200;
/** What claims that are being given back are waited for when the worker stops. */
const lastFreesMs = 1_000;

/**
 * The claims of one worker. While Postgres is unreachable every request is answered `held`, so that its caller watches.
 */
export class Claims {
  private readonly leases: ClaimLeases;
  private readonly watching: ClaimWatch;
  private readonly metrics: ClaimMetrics;
  /** Jobs whose claim this process asks for, or holds. */
  private readonly busy = new Set<JobId>();
  /** Owners whose request got no answer: Postgres may have granted it. */
  private readonly unanswered = new Set<string>();
  private readonly freeing = new Set<Promise<void>>();
  private prepared: Promise<void> | undefined;
  /** Why Postgres is of no use at present. */
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

  /** Calls `ready` once asking again makes sense. @returns how to stop watching */
  watch(request: ClaimRequest, ready: () => void): () => void {
    this.metrics.count('waited');
    return this.watching.add(request, ready);
  }

  /**
   * Writes down what follows from an attempt, as often as it takes.
   * @returns whether it is written; false: another has taken the claim, or the worker stops. Then nothing may be produced
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

  /** Leaves a claim to its lease: work under it was cut short, so nobody may go on at once. */
  leave(claim: OwnClaim): void {
    this.leases.release(claim);
    this.busy.delete(claim.id);
  }

  /**
   * Gives back a claim under which nothing was started, as often as it takes: otherwise whoever takes it over would count the
   * death of an owner that lives. Until then the job's claim is held.
   */
  free(claim: OwnClaim): void {
    this.leases.release(claim);
    void this.giveBack(claim).then(() => this.busy.delete(claim.id));
  }

  /** A request is not made again. Where it got no answer, its claim may be held: it is given back. */
  giveUp({ id, owner }: ClaimRequest): void {
    if (this.unanswered.delete(owner)) void this.giveBack({ id, owner });
  }

  /** Never unready: jobs without claims go on whatever Postgres does. */
  health(): Health {
    const { size: held } = this.leases;
    const { size: watched } = this.watching;
    return { ok: true, detail: { held, watched, ...(this.away !== undefined && { away: this.away }) } };
  }

  /** Gives up on outcomes that can't be written, and on leases. Waits a second at most for claims that are given back. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.leases.stop();
    await new Promise<void>((resolve) => {
      const late = setTimeout(resolve, lastFreesMs);
      void Promise.all(this.freeing).then(() => {
        clearTimeout(late);
        resolve();
      });
    });
  }

  private giveBack(claim: Pick<OwnClaim, 'id' | 'owner'>): Promise<void> {
    const freed = this.repeatFree(claim).finally(() => this.freeing.delete(freed));
    this.freeing.add(freed);
    return freed;
  }

  private async repeatFree(claim: Pick<OwnClaim, 'id' | 'owner'>): Promise<void> {
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
      case 'passed':
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
