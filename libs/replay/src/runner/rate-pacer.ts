import { setTimeout as delay } from 'node:timers/promises';

const sliceMs = 100;
const maxSlice = 500;

/** Spreads work evenly over time, in slices of about a tenth of a second. */
export class RatePacer {
  private freeAt: number;

  /** @param rate pieces of work a second, at least 1 */
  constructor(
    private readonly rate: number,
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    this.freeAt = monotonic();
  }

  /** Pieces of work in one slice. */
  get slice(): number {
    return Math.min(Math.max(Math.floor((this.rate * sliceMs) / 1_000), 1), maxSlice);
  }

  /** Milliseconds until the next slice may be done. */
  get waitMs(): number {
    return Math.max(this.freeAt - this.monotonic(), 0);
  }

  /** Counts work as done. Time that was not used is lost: no burst follows a pause. */
  spend(count: number): void {
    this.freeAt = Math.max(this.freeAt, this.monotonic() - sliceMs) + (count * 1_000) / this.rate;
  }

  /** Resolves when the next slice may be done. @throws the signal's reason once it is aborted */
  async wait(signal: AbortSignal): Promise<void> {
    const { waitMs } = this;
    if (waitMs > 0) await delay(waitMs, undefined, { signal });
  }
}
