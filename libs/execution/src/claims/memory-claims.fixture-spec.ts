import type { JobId } from '@jobstream/contracts';
import type { ClaimAnswer, ClaimOutcome, TakenClaim } from './claim-store.js';
import type { ClaimRows } from './claims.js';
import { decideClaim, type ClaimRequest, type ClaimStanding } from './decide-claim.js';

interface Row extends Omit<ClaimStanding, 'leased'> {
  fence: number;
  leasedUntil: number;
  outcome?: string;
}

/** The rows of claims by the pure rule, without Postgres, for workers whose connections fail as a test says. */
export class MemoryClaims {
  readonly rows = new Map<JobId, Row>();

  constructor(
    readonly leaseMs: number,
    private readonly now: () => number,
  ) {}

  /** The rows as one process sees them: `trouble` is asked before a statement runs and again before it answers. */
  seenBy(trouble: (what: string, when: 'before' | 'after') => void = () => undefined): ClaimRows {
    const call = async <Answer>(what: string, run: () => Answer): Promise<Answer> => {
      trouble(what, 'before');
      const answer = run();
      trouble(what, 'after');
      return answer;
    };
    return {
      take: (request) => call('take', () => this.take(request)),
      end: (claim, outcome) => call('end', () => this.end(claim, outcome)),
      free: (claim) => call('free', () => this.free(claim)),
      renew: (claims) => call('renew', () => this.renew(claims)),
      findHeld: (requests) => call('findHeld', () => this.findHeld(requests)),
    };
  }

  private standing(id: JobId): (Row & ClaimStanding) | undefined {
    const row = this.rows.get(id);
    return row && { ...row, leased: row.leasedUntil > this.now() };
  }

  private take(request: ClaimRequest): ClaimAnswer {
    const { id, run, owner } = request;
    const standing = this.standing(id);
    const decision = decideClaim(standing, request);
    if (decision.kind === 'repeat') return { ...decision, outcome: standing!.outcome! };
    if (decision.kind !== 'take') return decision;
    const { attempt, deaths } = decision;
    const fence = (standing?.fence ?? 0) + 1;
    this.rows.set(id, {
      run,
      attempt,
      owner,
      deaths,
      fence,
      state: 'running',
      leasedUntil: this.now() + this.leaseMs,
    });
    const claim = { id, attempt, fence, deaths, owner };
    return { kind: 'taken', claim, tookOver: deaths > (standing?.deaths ?? 0) };
  }

  private end({ id, fence }: Pick<TakenClaim, 'id' | 'fence'>, { isFinal, outcome }: ClaimOutcome): boolean {
    const row = this.rows.get(id);
    if (row?.fence !== fence || row.state !== 'running') return false;
    this.rows.set(id, { ...row, outcome, state: isFinal ? 'ended' : 'retrying' });
    return true;
  }

  private free({ id, owner }: Pick<TakenClaim, 'id' | 'owner'>): void {
    const row = this.rows.get(id);
    if (row?.owner === owner && row.state === 'running') this.rows.set(id, { ...row, state: 'free' });
  }

  private renew(claims: readonly Pick<TakenClaim, 'id' | 'fence'>[]): ReadonlySet<JobId> {
    const kept = claims.filter(({ id, fence }) => {
      const row = this.rows.get(id);
      if (row?.fence !== fence || row.state !== 'running') return false;
      row.leasedUntil = this.now() + this.leaseMs;
      return true;
    });
    return new Set(kept.map(({ id }) => id));
  }

  private findHeld(requests: readonly ClaimRequest[]): ReadonlySet<string> {
    const held = requests.filter(
      (request) => decideClaim(this.standing(request.id), request).kind === 'held',
    );
    return new Set(held.map(({ owner }) => owner));
  }
}
