import type { JobId } from '@jobstream/contracts';
import type { TakenClaim } from './claim-store.js';

/** A claim that this process holds. */
export interface OwnClaim extends TakenClaim {
  /** Aborts (`ClaimLostError`) once the lease may have ended. */
  readonly signal: AbortSignal;
}

/** Stops an attempt: another worker may run it from now on. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
  readonly code = 'claim_lost';
}

export interface ClaimLeasesOptions {
  readonly leaseMs: number;
  /** Monotonic, in milliseconds. Postgres' clock is out of reach when Postgres is. */
  readonly monotonic: () => number;
  /** @returns the ids of the claims that are still held */
  renew(claims: readonly TakenClaim[]): Promise<ReadonlySet<JobId>>;
  onLost(claim: OwnClaim): void;
}

/** A lease is renewed after this part of it. */
const renewAfter = 1 / 3;
/** Work under a lease stops after this part of it, by our own clock. The rest is the time it has to notice. */
const trustedFor = 4 / 5;
const looksPerLease = 15;

interface Entry {
  readonly claim: OwnClaim;
  readonly controller: AbortController;
  /** When the lease was last asked for: it lasts from then on, or longer. */
  askedAt: number;
}

/** Renews the leases of the claims that this process holds, all in one statement. Stops the work under a lease that it could not renew. */
export class ClaimLeases {
  private readonly entries = new Map<JobId, Entry>();
  private timer: NodeJS.Timeout | undefined;
  private isRenewing = false;

  constructor(private readonly options: ClaimLeasesOptions) {}

  get size(): number {
    return this.entries.size;
  }

  /** @param askedAt when the claim was asked for, by the monotonic clock */
  hold(taken: TakenClaim, askedAt: number): OwnClaim {
    const controller = new AbortController();
    const claim = { ...taken, signal: controller.signal };
    this.entries.set(claim.id, { claim, controller, askedAt });
    this.timer ??= setInterval(() => this.look(), this.options.leaseMs / looksPerLease);
    return claim;
  }

  /** Stops renewing a claim. */
  release({ id }: OwnClaim): void {
    this.entries.delete(id);
    if (this.entries.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Stops renewing: the process ends. */
  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const { leaseMs, monotonic } = this.options;
    const now = monotonic();
    const due: Entry[] = [];
    for (const entry of this.entries.values()) {
      const age = now - entry.askedAt;
      if (age > leaseMs * trustedFor) this.lose(entry, 'its lease was not renewed in time');
      else if (age > leaseMs * renewAfter) due.push(entry);
    }
    if (due.length > 0 && !this.isRenewing) void this.renew(due, now);
  }

  private async renew(due: readonly Entry[], askedAt: number): Promise<void> {
    this.isRenewing = true;
    try {
      const renewed = await this.options.renew(due.map(({ claim }) => claim));
      for (const entry of due) {
        if (renewed.has(entry.claim.id)) entry.askedAt = askedAt;
        else if (this.entries.get(entry.claim.id) === entry) this.lose(entry, 'another worker has taken it');
      }
    } catch {
      // The next look tries again. If none succeeds, our own clock ends the lease.
    } finally {
      this.isRenewing = false;
    }
  }

  private lose(entry: Entry, why: string): void {
    this.release(entry.claim);
    entry.controller.abort(new ClaimLostError(`The claim is lost: ${why}.`));
    this.options.onLost(entry.claim);
  }
}
