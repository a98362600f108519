import { setTimeout as pause } from 'node:timers/promises';
import { isContention } from './errors.js';

const mostTries = 10;
const firstPauseMs = 20;

/**
 * Runs `work` again, ten times at most, where Postgres undid it because it met another transaction (a deadlock, a
 * serialization failure).
 * @param rest waits up to so many milliseconds, so that those who met do not meet again
 * @throws what `work` throws in the end
 */
export async function retryContended<T>(work: () => Promise<T>, rest: Rest = restAtRandom): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isContention(error) || tries === mostTries) throw error;
      await rest(firstPauseMs * tries);
    }
  }
}

type Rest = (mostMs: number) => Promise<void>;

const restAtRandom: Rest = (mostMs) => pause(Math.random() * mostMs);
