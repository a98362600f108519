import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '@jobstream/runtime';

const pauseMs = 1_000;

/**
 * Does what needs another service until it succeeds, once a second. Resolves when done or when `signal` aborts.
 * @param mayPass whether trying again can help; other errors are thrown
 */
export async function keepTrying(
  what: string,
  work: () => Promise<unknown>,
  { logger, signal, mayPass }: { logger: Logger; signal: AbortSignal; mayPass: (error: unknown) => boolean },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
      return;
    } catch (error) {
      if (!mayPass(error)) throw error;
      logger.warn({ err: error }, `${what}: not yet, trying again`);
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
