import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@jobstream/runtime';

const minPauseMs = 100;
const maxPauseMs = 3_000;

/** Repeats work while Kafka or Postgres is away, and tells the reason meanwhile. */
export class Outages {
  private missing: string | null = null;

  /** @param isTransient whether another try can help after an error */
  constructor(
    private readonly logger: Logger,
    private readonly signal: AbortSignal,
    private readonly isTransient: (error: unknown) => boolean,
  ) {}

  /** Why work has to wait at present; null when it does not. */
  get trouble(): string | null {
    return this.missing;
  }

  /**
   * Repeats `work` until it succeeds. Resolves as it does.
   * @param what names the work, in the log and in {@link trouble}
   * @throws an error that is not transient, and the signal's reason once it is aborted
   */
  async outlast<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let wait = minPauseMs; ; wait = Math.min(wait * 2, maxPauseMs)) {
      this.signal.throwIfAborted();
      try {
        const result = await work();
        if (this.missing !== null) this.logger.info(`${what} resumed`);
        this.missing = null;
        return result;
      } catch (error) {
        if (!this.isTransient(error)) throw error;
        if (this.missing === null) this.logger.warn({ err: error }, `${what} failed: trying again`);
        this.missing = `${what}: ${error instanceof Error ? error.message : String(error)}`;
      }
      await pause(wait, undefined, { signal: this.signal });
    }
  }
}
