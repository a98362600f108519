import { setTimeout as pause } from 'node:timers/promises';

/** How long, and how often, {@link retryUntil} tries. */
export interface RetryOptions {
  /** Ends the tries. */
  readonly signal: AbortSignal;
  /** Milliseconds after the first failure; twice as many after each further one. Default 100. */
  readonly minPauseMs?: number;
  /** Milliseconds between two tries at most. */
  readonly maxPauseMs: number;
  /** Whether another try can help. Default: always. */
  readonly isTransient?: (error: unknown) => boolean;
  /** Told of each failure that another try follows. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * Repeats `work` until it succeeds. Resolves when it has, or when `signal` aborts.
 * @throws the error of a try that is not transient
 */
export async function retryUntil(
  work: () => Promise<unknown>,
  { signal, minPauseMs = 100, maxPauseMs, isTransient = () => true, onFailure }: RetryOptions,
): Promise<void> {
  for (let pauseMs = minPauseMs; !signal.aborted; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
    try {
      await work();
      return;
    } catch (error) {
      if (!isTransient(error)) throw error;
      onFailure(error);
    }
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
