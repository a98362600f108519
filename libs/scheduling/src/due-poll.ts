/** What a {@link DuePoll} is made of. */
export interface DuePollParts {
  /** Does what is due; answers in how many milliseconds the next is, undefined when nothing is known of. */
  look(): Promise<number | undefined>;
  /** Told of every look that failed, and whether the one before had not; the next comes after `longestPauseMs`. */
  onFailure(error: Error, isFirst: boolean): void;
  /** At least so often it looks, for what other processes have written. */
  readonly longestPauseMs: number;
  /** Milliseconds that never jump. */
  monotonic(): number;
}

/**
 * Looks for due work when it is due, and once in a while besides. Driven by a frequent tick that costs nothing until it is
 * time; never two looks at once.
 */
export class DuePoll {
  private nextLookAt = 0;
  private looking: Promise<void> | undefined;
  private stopped = false;
  private failure: Error | undefined;

  constructor(private readonly parts: DuePollParts) {}

  /** Why the last look failed; undefined where it did not. */
  get lastFailure(): Error | undefined {
    return this.failure;
  }

  /** To be called often. Resolves when the look that it began, if any, is over. Never rejects. */
  async tick(): Promise<void> {
    if (this.stopped || this.looking || this.parts.monotonic() < this.nextLookAt) return;
    // Set first: what becomes known of during the look may be due before what the look answers.
    this.nextLookAt = this.parts.monotonic() + this.parts.longestPauseMs;
    this.looking = this.look();
    await this.looking;
    this.looking = undefined;
  }

  /** Something new is due in `ms`: looks then, if not before. */
  expect(ms: number): void {
    this.nextLookAt = Math.min(this.nextLookAt, this.parts.monotonic() + Math.max(0, ms));
  }

  /** Begins no further look and resolves when the last one is over. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.looking;
  }

  private async look(): Promise<void> {
    try {
      const nextInMs = await this.parts.look();
      if (nextInMs !== undefined) this.expect(nextInMs);
      this.failure = undefined;
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      const isFirst = this.failure === undefined;
      this.failure = error;
      this.parts.onFailure(error, isFirst);
    }
  }
}
