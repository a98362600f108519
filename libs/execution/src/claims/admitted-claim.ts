import type { OwnClaim } from './claim-leases.js';
import type { ClaimOutcome } from './claim-store.js';
import type { Claims } from './claims.js';

/**
 * The claim under which an attempt may start.
 *
 * States: admitted → given back (the attempt did not start), or started → ended (its outcome is written), or left to its lease (the
 * attempt was stopped).
 */
export class AdmittedClaim {
  private isOver = false;

  constructor(
    private readonly claims: Claims,
    private readonly own: OwnClaim,
  ) {}

  /** The attempt that may start. */
  get attempt(): number {
    return this.own.attempt;
  }

  /** The number of owners that died or froze in this attempt before. */
  get deaths(): number {
    return this.own.deaths;
  }

  /** Aborts once another worker may run the attempt. */
  get signal(): AbortSignal {
    return this.own.signal;
  }

  get isLost(): boolean {
    return this.own.signal.aborted;
  }

  /** The attempt starts: {@link giveBack} has no effect any more. */
  start(): void {
    this.isOver = true;
  }

  /** Gives the claim back, unless the attempt has started. */
  giveBack(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.claims.giveBack(this.own);
  }

  /** Writes the outcome of the attempt into the claim. @returns whether it is written; if not, nothing may be produced */
  end(outcome: ClaimOutcome): Promise<boolean> {
    return this.claims.end(this.own, outcome);
  }

  /** Leaves the claim to its lease: the attempt was stopped, so no other may start at once. */
  leaveToLease(): void {
    this.claims.leaveToLease(this.own);
  }
}
