export interface DuePollOptions {
  /** Does due work. Resolves with the milliseconds until the next work is due; undefined when none is known. */
  look(): Promise<number | undefined>;
  /** Called after each failed look; `isFirst` when the look before succeeded. The next look comes after `maxPauseMs`. */
  onFailure(error: Error, isFirst: boolean): void;
  /** Time between two looks at most, to find the work that other processes have written. */
  readonly maxPauseMs: number;
  /** Milliseconds of a clock that never jumps. */
  monotonic(): number;
}

/**
 * Looks for work when it is due, and after the longest pause at the latest. Driven by a frequent tick that costs nothing until
 * it is time. Never looks twice at once.
 */
export class DuePoll {
  private nextLookAt = 0;
  private looking: Promise<void> | undefined;
  private stopped = false;
  private failure: Error | undefined;

  constructor(private readonly options: DuePollOptions) {}

  /** The error of the last look; undefined when it succeeded. */
  get lastFailure(): Error | undefined {
    return this.failure;
  }

  /** Looks when it is time. Resolves after that look. Never rejects. Call it often. */
  async tick(): Promise<void> {
    if (this.stopped || this.looking || this.options.monotonic() < this.nextLookAt) return;
    // Set first: work that becomes known during the look may be due before the work that the look finds.
    this.nextLookAt = this.options.monotonic() + this.options.maxPauseMs;
    this.looking = this.look();
    await this.looking;
    this.looking = undefined;
  }

  /** Makes the next look in `ms` at the latest. */
  expect(ms: number): void {
    this.nextLookAt = Math.min(this.nextLookAt, this.options.monotonic() + Math.max(0, ms));
  }

  /** Begins no further look. Resolves after the last one. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.looking;
  }

  private async look(): Promise<void> {
    try {
      const nextInMs = await this.options.look();
      if (nextInMs !== undefined) this.expect(nextInMs);
      this.failure = undefined;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const isFirst = this.failure === undefined;
      this.failure = error;
      this.options.onFailure(error, isFirst);
    }
  }
}
