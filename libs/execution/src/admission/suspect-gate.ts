import type { Stay } from './stay.js';

/** A stay in the line. */
interface Waiting {
  readonly stay: Stay;
  readonly goOn: (hasPlace: boolean) => void;
}

/** How often the line is searched for suspicions that have ended by themselves. */
const searchMs = 250;

/**
 * The gate of suspects: a delivery that may have ended the process of another worker waits here, without a slot, until it may run
 * apart. At most so many do at a time, each alone in a process; they come in their order.
 */
export class SuspectGate {
  private readonly line = new Set<Waiting>();
  private used = 0;
  private search: NodeJS.Timeout | undefined;

  /** @param places suspects that run at the same time; 0 where suspects do not run apart: then nothing waits */
  constructor(private readonly places: number) {}

  /** Whether suspects run apart at all. */
  get isOpen(): boolean {
    return this.places > 0;
  }

  get waiting(): number {
    return this.line.size;
  }

  get running(): number {
    return this.used;
  }

  appliesTo({ delivery }: Stay): boolean {
    return this.isOpen && delivery.suspicion !== undefined;
  }

  /**
   * Waits for a place, or until the suspicion has ended.
   * @returns whether it has a place, until it leaves the gate
   * @throws DeliveryLost
   */
  async enter(stay: Stay): Promise<boolean> {
    if (stay.delivery.suspicion === undefined) return false;
    if (this.used < this.places && this.line.size === 0) {
      this.takePlace(stay);
      return true;
    }
    let isAdmitted = false;
    await stay.wait((over) => {
      const waiting: Waiting = {
        stay,
        goOn: (hasPlace) => {
          isAdmitted = hasPlace;
          over();
        },
      };
      this.line.add(waiting);
      this.search ??= setInterval(() => this.letAcquittedGo(), searchMs).unref();
      return () => this.leaveLine(waiting);
    });
    return isAdmitted;
  }

  /** Those whose suspicion has ended by itself need no place. */
  private letAcquittedGo(): void {
    for (const waiting of this.line)
      if (waiting.stay.delivery.suspicion === undefined) {
        this.leaveLine(waiting);
        waiting.goOn(false);
      }
  }

  private leaveLine(waiting: Waiting): void {
    this.line.delete(waiting);
    if (this.line.size > 0) return;
    clearInterval(this.search);
    this.search = undefined;
  }

  private takePlace(stay: Stay): void {
    this.used += 1;
    stay.onLeave(() => {
      this.used -= 1;
      this.admitNext();
    });
  }

  private admitNext(): void {
    for (const waiting of this.line) {
      if (this.used >= this.places) return;
      this.leaveLine(waiting);
      this.takePlace(waiting.stay);
      waiting.goOn(true);
    }
  }
}
