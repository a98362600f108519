import { readFileSync } from 'node:fs';

/** Time on a processor, time in line for one (both in ns since the thread's start), and how often it got one. */
const threadPath = '/proc/thread-self/schedstat';

/**
 * Milliseconds since its start in which the calling thread was ready to run, and other threads of the machine had the processors.
 * While it sleeps or waits (for a child process, a lock, the disk) it stands in no line. 0 where the system does not count
 * this: Linux does.
 */
export function readProcessorWait(): number {
  let text: string;
  try {
    text = readFileSync(threadPath, 'utf8');
  } catch {
    return 0;
  }
  return Number(text.split(' ')[1]) / 1_000_000;
}
