import type { Stay } from './stay.js';

/** A stay in the line, and what lets it go on. */
interface Waiting {
  readonly stay: Stay;
  readonly admit: () => void;
}

/**
 * The gate of suspects: a delivery that may have ended the process of another worker waits here, without a slot, until it may run
 * apart. At most so many do at a time, each alone in a process; they come in their order.
 */
export class SuspectGate {
  private readonly line = new Set<Waiting>();
  private used = 0;

  /**
   * @param places suspects that run at the same time; 0 where suspects do not run apart: then nothing waits
   * @param monotonic the time of `Suspicion.until`
   */
  constructor(
    private readonly places: number,
    private readonly monotonic: () => number,
  ) {}

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
    const { suspicion } = stay.delivery;
    if (suspicion === undefined) return false;
    if (this.used < this.places && this.line.size === 0) {
      this.takePlace(stay);
      return true;
    }
    let hasPlace = false;
    await stay.wait((over) => {
      const waiting: Waiting = {
        stay,
        admit: () => {
          clearTimeout(acquittal);
          hasPlace = true;
          this.takePlace(stay);
          over();
        },
      };
      const withdraw = () => {
        clearTimeout(acquittal);
        this.line.delete(waiting);
      };
      const acquittal =
        suspicion.until === undefined
          ? undefined
          : setTimeout(
              () => {
                withdraw();
                over();
              },
              Math.max(0, suspicion.until - this.monotonic()),
            );
      this.line.add(waiting);
      return withdraw;
    });
    return hasPlace;
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
      this.line.delete(waiting);
      waiting.admit();
    }
  }
}
