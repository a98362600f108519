import type { QueueView } from '@jobstream/contracts/rest';
import type { FailingServer } from '../explain/job-facts.js';

/** What is known of a queue that may stand still. */
export interface QueueFacts {
  readonly queue: string;
  /** Records that are not finished. */
  readonly lag: number;
  readonly workers: number;
  /** ISO 8601; undefined when it is not paused. */
  readonly pausedSince: string | undefined;
  /** A failing server that serves a type of the queue. */
  readonly failing: FailingServer | undefined;
}

/** What holds the jobs that wait in a queue; null where none waits, and where nothing holds them as a queue. */
export function holdOfQueue({
  queue,
  lag,
  workers,
  pausedSince,
  failing,
}: QueueFacts): QueueView['waitingFor'] {
  if (lag === 0) return null;
  if (pausedSince !== undefined)
    return { kind: 'pause', text: `The queue ${queue} is paused since ${pausedSince}.` };
  if (workers === 0) return { kind: 'worker', text: `No process works on the queue ${queue}.` };
  if (failing === undefined) return null;
  return {
    kind: 'endpoint',
    text: `${failing.origin} fails since ${failing.since}, and is tried from time to time.`,
  };
}
