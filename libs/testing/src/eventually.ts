import { setTimeout as delay } from 'node:timers/promises';

/** How long {@link eventually} keeps trying, and how often. */
export interface Patience {
  /** Default 30,000. */
  readonly timeoutMs?: number;
  /** Between two tries. Default 50. */
  readonly everyMs?: number;
}

/**
 * Runs `check` until it does not throw, and returns its result: for changes in another process, which gives no signal to await.
 * @throws the last error of `check`, once the time is over
 */
export async function eventually<T>(check: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const { timeoutMs = 30_000, everyMs = 50 } = patience;
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await delay(everyMs);
  }
}
