import { setTimeout as pause } from 'node:timers/promises';
import { isContention } from './errors.js';

const maxTries = 10;
const firstPauseMs = 20;

/**
 * Runs `work` again, ten times at most, where Postgres undid it because it met another transaction (a deadlock, a
 * serialization failure).
 * @param rest waits a random time up to its argument, so that the two transactions do not meet again
 * @throws the error of the last try
 */
export async function retryContended<T>(work: () => Promise<T>, rest: Rest = restAtRandom): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isContention(error) || tries === maxTries) throw error;
      await rest(firstPauseMs * tries);
    }
  }
}

type Rest = (maxMs: number) => Promise<void>;

const restAtRandom: Rest = (maxMs) => pause(Math.random() * maxMs);
