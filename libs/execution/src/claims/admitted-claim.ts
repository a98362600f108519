import type { OwnClaim } from './claim-leases.js';
import type { ClaimOutcome } from './claim-store.js';
import type { Claims } from './claims.js';

/** The claim under which an attempt may start: given back where nothing was started under it, else ended or left. */
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

  /** Owners that died or froze in this attempt before. */
  get deaths(): number {
    return this.own.deaths;
  }

  /** Aborts when somebody else may run the attempt from now on. */
  get signal(): AbortSignal {
    return this.own.signal;
  }

  get isLost(): boolean {
    return this.own.signal.aborted;
  }

  /** The attempt starts: from now on {@link giveBack} is nothing. */
  start(): void {
    this.isOver = true;
  }

  giveBack(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.claims.free(this.own);
  }

  /** See `Claims.end`. */
  end(outcome: ClaimOutcome): Promise<boolean> {
    return this.claims.end(this.own, outcome);
  }

  /** See `Claims.leave`. */
  leave(): void {
    this.claims.leave(this.own);
  }
}
