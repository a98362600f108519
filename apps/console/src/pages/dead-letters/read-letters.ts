import { client } from '../../server/connection.js';
import type { QueueLetter } from './letter-groups.js';

/** Dead letters of one queue that are looked at: the newest. */
export const lettersOfQueue = 200;

/** What was read of the dead letters. */
export interface ReadLetters {
  readonly queues: readonly { readonly queue: string; readonly deadLetters: number }[];
  readonly letters: readonly QueueLetter[];
  /** Whether a queue has more of them than were looked at. */
  readonly isPart: boolean;
}

/**
 * Reads the newest dead letters of all queues, or of one.
 * @param chosen the queue
 */
export async function readLetters(chosen: string | undefined, signal: AbortSignal): Promise<ReadLetters> {
  const { items } = await client.queues.list({ signal });
  const queues = items.filter(({ deadLetters }) => deadLetters > 0);
  const wanted = queues.filter(({ queue }) => chosen === undefined || queue === chosen);
  const pages = await Promise.all(
    wanted.map(async ({ queue }) => ({
      queue,
      page: await client.listDeadLetters(queue, { signal, limit: lettersOfQueue }),
    })),
  );
  return {
    queues,
    letters: pages.flatMap(({ queue, page }) => page.items.map((letter) => ({ queue, letter }))),
    isPart: pages.some(({ page }) => page.next !== null),
  };
}
