import { setTimeout as delay } from 'node:timers/promises';

/** How long {@link eventually} keeps trying, and how often. */
export interface Patience {
  /** Default 30,000. */
  readonly timeoutMs?: number;
  /** Between two tries. Default 50. */
  readonly everyMs?: number;
}

/**
 * Runs `check` until it no longer throws, and answers what it answers: for what happens in another process, where
 * there is no signal to await.
 * @throws what `check` threw last, once the time is over.
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
