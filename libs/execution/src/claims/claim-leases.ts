import type { JobId } from '@jobstream/contracts';
import type { TakenClaim } from './claim-store.js';

/** A claim that this process holds. */
export interface OwnClaim extends TakenClaim {
  /** Aborts (`ClaimLostError`) when the lease can't be counted on any more. */
  readonly signal: AbortSignal;
}

/** Why an attempt is stopped: someone else may run it from now on. */
export class ClaimLostError extends Error {
  override readonly name = 'ClaimLostError';
  readonly code = 'claim_lost';
}

/** What {@link ClaimLeases} takes. */
export interface ClaimLeasesOptions {
  readonly leaseMs: number;
  /** Milliseconds of a clock that only goes forward: Postgres' clock can't be asked while it is away. */
  readonly monotonic: () => number;
  /** See `ClaimStore.renew`. */
  renew(claims: readonly TakenClaim[]): Promise<ReadonlySet<JobId>>;
  onLost(claim: OwnClaim): void;
}

/** Part of the lease after which it is renewed. */
const renewAfter = 1 / 3;
/** Part of the lease, by our own clock, after which work under it stops: what is left is for the work to notice. */
const trustedFor = 4 / 5;
/** Looks in the time of a lease. */
const looks = 15;

interface Entry {
  readonly claim: OwnClaim;
  readonly controller: AbortController;
  /** When the lease was last asked for: it lasts at least from then on. */
  askedAt: number;
}

/**
 * Keeps the leases of the claims that this process holds, all in one statement; stops the work under those it could not renew
 * in time.
 */
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
    this.timer ??= setInterval(() => this.look(), this.options.leaseMs / looks);
    return claim;
  }

  /** Renews it no more. */
  release({ id }: OwnClaim): void {
    this.entries.delete(id);
    if (this.entries.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Renews nothing any more: the process ends. */
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
        else if (this.entries.get(entry.claim.id) === entry) this.lose(entry, 'another has taken it');
      }
    } catch {
      // Tried again at the next look; without success the lease is lost by our own clock.
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
