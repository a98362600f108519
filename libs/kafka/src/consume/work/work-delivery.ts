import type { IncomingRecord } from '../../client/record.js';
import type { Delivery } from './delivery.js';
import type { Suspicion } from './suspects.js';

/** The owner of a delivery: its partition while that is held, then the `LostPartition`, or `nobody`. */
export interface DeliveryKeeper {
  /** Whether this delivery stands as when it was handed over. */
  isCurrent(delivery: WorkDelivery): boolean;
  mayBegin(delivery: WorkDelivery): boolean;
  began(delivery: WorkDelivery): void;
  attemptsNoted(delivery: WorkDelivery, used: number): void;
  suspicionOf(delivery: WorkDelivery): Suspicion | undefined;
  deathsNoted(delivery: WorkDelivery, deaths: number): Promise<void>;
  finished(delivery: WorkDelivery): void;
  abandoned(delivery: WorkDelivery): void;
}

/** A record handed over. Its owner changes when the partition is lost and when it comes back. */
export class WorkDelivery implements Delivery {
  owner: DeliveryKeeper;
  private state: 'waiting' | 'running' | 'ended' = 'waiting';

  constructor(
    readonly record: IncomingRecord,
    readonly attemptsUsed: number,
    /** Milliseconds since 1970. */
    readonly handedOverAt: number,
    readonly bytes: number,
    owner: DeliveryKeeper,
  ) {
    this.owner = owner;
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  isCurrent(): boolean {
    return this.owner.isCurrent(this);
  }

  begin(): boolean {
    if (this.state !== 'waiting') return this.state === 'running';
    if (!this.owner.mayBegin(this)) return false;
    this.state = 'running';
    this.owner.began(this);
    return true;
  }

  noteAttempts(used: number): void {
    if (this.state !== 'ended') this.owner.attemptsNoted(this, used);
  }

  get suspicion(): Suspicion | undefined {
    return this.owner.suspicionOf(this);
  }

  async noteDeaths(deaths: number): Promise<void> {
    if (this.state !== 'ended') await this.owner.deathsNoted(this, deaths);
  }

  done(): void {
    this.end((owner) => owner.finished(this));
  }

  abandon(): void {
    this.end((owner) => owner.abandoned(this));
  }

  private end(tell: (owner: DeliveryKeeper) => void): void {
    if (this.state === 'ended') return;
    const wasWaiting = this.state === 'waiting';
    this.state = 'ended';
    // Ending without `begin` is running for a moment, so that the owner's counts hold.
    if (wasWaiting) this.owner.began(this);
    tell(this.owner);
  }
}
