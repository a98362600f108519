import type { Delivery } from '@jobstream/kafka';
import type { FreeSlot, Waiting } from '../slots/delivery-scheduler.js';
import type { OwnClaim } from './claim-leases.js';
import type { Claims } from './claims.js';
import type { ClaimRequest } from './decide-claim.js';

/** An attempt that may start only under its job's claim, and what is done with it. */
export interface ClaimCandidate {
  readonly delivery: Delivery;
  readonly request: ClaimRequest;
  /** It may start, at the claim's attempt. */
  run(claim: OwnClaim, freeSlot: FreeSlot): Promise<void>;
  /** This attempt has an outcome, which is to be produced again: it may not be in the log. */
  repeat(attempt: number, outcome: string): Promise<void>;
  /** It was over long ago. */
  pass(): void;
  /** Called instead of all these when its partition is lost, or the worker stops. */
  dropped(): void;
}

/** A slot is kept for so long while the claim is asked for. */
const slotKeptMs = 250;

/** Lets attempts through to their handlers as their claims allow. Nobody waits with a slot for long. */
export class ClaimGate {
  private isDraining = false;

  constructor(
    private readonly claims: Claims,
    /** Has it worked on next. */
    private readonly putFirst: (waiting: Waiting) => void,
  ) {}

  /** Asks for the claim and does what follows from the answer. */
  async admit(candidate: ClaimCandidate, freeSlot: FreeSlot): Promise<void> {
    let hasSlot = true;
    const giveUpSlot = () => {
      hasSlot = false;
      freeSlot();
    };
    const late = setTimeout(giveUpSlot, slotKeptMs);
    const met = await this.claims.ask(candidate.request);
    clearTimeout(late);
    if (met.kind !== 'taken') giveUpSlot();
    switch (met.kind) {
      case 'taken':
        return hasSlot ? candidate.run(met.claim, freeSlot) : this.waitForSlot(candidate, met.claim);
      case 'repeat':
        return candidate.repeat(met.attempt, met.outcome);
      case 'passed':
        return candidate.pass();
      case 'held':
        return this.watch(candidate);
    }
  }

  /** Drops who waits with deliveries of partitions that are no longer held. */
  dropLost(): void {
    this.claims.dropLost();
  }

  /** Drops everyone who waits: nothing new begins. */
  drain(): void {
    this.isDraining = true;
    this.claims.drain();
  }

  private waitForSlot(candidate: ClaimCandidate, claim: OwnClaim): void {
    const dropped = () => {
      this.claims.free(claim);
      candidate.dropped();
    };
    const { delivery } = candidate;
    if (this.isDraining || !delivery.isCurrent()) return dropped();
    this.putFirst({ delivery, dropped, work: (freeSlot) => candidate.run(claim, freeSlot) });
  }

  private watch(candidate: ClaimCandidate): void {
    const { delivery, request } = candidate;
    const dropped = () => {
      this.claims.giveUp(request);
      candidate.dropped();
    };
    if (!delivery.isCurrent()) return dropped();
    this.claims.watch({
      ...{ request, dropped },
      isCurrent: () => delivery.isCurrent(),
      ready: () => this.putFirst({ delivery, dropped, work: (freeSlot) => this.admit(candidate, freeSlot) }),
    });
  }
}
