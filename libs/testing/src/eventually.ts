import { setTimeout as delay } from 'node:timers/promises';

/** For how long a test waits for what comes: a busy machine never needs it, and only a broken product uses it up. */
export const patienceMs = 120_000;

/** How long {@link eventually} keeps trying, and how often. */
export interface Patience {
  /** Default {@link patienceMs}. */
  readonly timeoutMs?: number;
  /** Between two tries. Default 50. */
  readonly everyMs?: number;
  /** The most between two tries, which a tenth of the time waited so far may lengthen. Default: `everyMs`. */
  readonly atLeastEveryMs?: number;
}

/**
 * Runs `check` until it does not throw, and returns its result: for changes in another process, which gives no signal to await.
 * @throws the last error of `check`, once the time is over
 */
export async function eventually<T>(check: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const { timeoutMs = patienceMs, everyMs = 50, atLeastEveryMs = everyMs } = patience;
  const began = performance.now();
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() - began > timeoutMs) throw error;
    }
    const tenthMs = (performance.now() - began) / 10;
    await delay(Math.max(everyMs, Math.min(tenthMs, atLeastEveryMs)));
  }
}
