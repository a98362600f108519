import { setTimeout as pause } from 'node:timers/promises';
import { isPermanent } from '@jobstream/database';
import type { Logger } from '@jobstream/runtime';
import { CheckpointMovedError, ForeignLogError } from './checkpoints.js';

const firstPauseMs = 100;
const longestPauseMs = 3_000;

/** Does what needs Kafka or Postgres again until it succeeds, and says meanwhile what is missing. */
export class Patience {
  private missing: string | null = null;

  /** @param mayPass whether an error that may pass by itself is waited for; default any */
  constructor(
    private readonly logger: Logger,
    private readonly signal: AbortSignal,
    private readonly mayPass: (error: unknown) => boolean = () => true,
  ) {}

  /** Why nothing goes on at present; null when it does. */
  get trouble(): string | null {
    return this.missing;
  }

  /**
   * Answers what `work` answers, as soon as it does.
   * @throws what no repetition can mend, and the signal's reason once it is aborted
   */
  async until<T>(what: string, work: () => Promise<T>): Promise<T> {
    for (let wait = firstPauseMs; ; wait = Math.min(wait * 2, longestPauseMs)) {
      this.signal.throwIfAborted();
      try {
        const result = await work();
        if (this.missing !== null) this.logger.info(`${what}: goes on`);
        this.missing = null;
        return result;
      } catch (error) {
        if (isHopeless(error) || !this.mayPass(error)) throw error;
        if (this.missing === null) this.logger.warn({ err: error }, `${what}: not now, trying again`);
        this.missing = `${what}: ${error instanceof Error ? error.message : String(error)}`;
      }
      await pause(wait, undefined, { signal: this.signal });
    }
  }
}

function isHopeless(error: unknown): boolean {
  return isPermanent(error) || error instanceof ForeignLogError || error instanceof CheckpointMovedError;
}
