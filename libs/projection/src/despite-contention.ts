import { setTimeout as pause } from 'node:timers/promises';
import { isContention } from '@jobstream/database';

const mostTries = 10;

/**
 * Does `work` again where it met another transaction in a deadlock, or could not be brought into one order with it: ten
 * times at most.
 * @throws what `work` throws otherwise, or at the last time
 */
export async function despiteContention<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isContention(error) || attempt === mostTries) throw error;
      await pause(Math.random() * 20 * attempt);
    }
  }
}
