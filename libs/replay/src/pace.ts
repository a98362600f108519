import { setTimeout as delay } from 'node:timers/promises';

const sliceMs = 100;
const mostAtOnce = 500;

/** Spreads work evenly: so many a second at most, in slices of about a tenth of a second. */
export class Pace {
  private freeAt: number;

  /** @param rate a second, at least 1 */
  constructor(
    private readonly rate: number,
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    this.freeAt = monotonic();
  }

  /** How much may be done at once. */
  get slice(): number {
    return Math.min(Math.max(Math.floor((this.rate * sliceMs) / 1_000), 1), mostAtOnce);
  }

  /** How long to wait before the next slice, in milliseconds. */
  get waitMs(): number {
    return Math.max(this.freeAt - this.monotonic(), 0);
  }

  /** So many were done. What was not used before is lost: no burst follows a pause. */
  spend(count: number): void {
    this.freeAt = Math.max(this.freeAt, this.monotonic() - sliceMs) + (count * 1_000) / this.rate;
  }

  /** Resolves when the next slice may be done. @throws the signal's reason once it is aborted */
  async wait(signal: AbortSignal): Promise<void> {
    const { waitMs } = this;
    if (waitMs > 0) await delay(waitMs, undefined, { signal });
  }
}
