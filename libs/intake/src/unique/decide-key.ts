import type { JobId, UniquePolicy } from '@jobstream/contracts';

/** The job that holds a key. */
export interface KeyHolder {
  readonly jobId: JobId;
  /** Whether the time for which it holds the key is over. */
  readonly isOver: boolean;
  /** Whether it is unknown if the log will have it: its request is being sent. */
  readonly isPending: boolean;
  /** Whether it waits for the time of its first run, so that it can be replaced. */
  readonly isReplaceable: boolean;
}

/** The job that asks for a key. */
export interface KeyAsker {
  readonly jobId: JobId;
  readonly policy: Pick<UniquePolicy, 'onConflict' | 'debounce'>;
}

/**
 * What becomes of the asker:
 * - `take`: it holds the key from now on;
 * - `repeat`: it holds the key already, its request is sent once more;
 * - `return`: the holder is the answer;
 * - `replace`: the holder gets its request and time;
 * - `reject`: it is refused;
 * - `wait`: it asks again, once it is known whether the holder's request reached the log.
 */
export type KeyDecision = 'take' | 'repeat' | 'return' | 'replace' | 'reject' | 'wait';

/** Decides about a key, whose holder is undefined where nobody holds it. */
export function decideKey(holder: KeyHolder | undefined, { jobId, policy }: KeyAsker): KeyDecision {
  if (holder === undefined) return 'take';
  if (holder.jobId === jobId) return 'repeat';
  if (holder.isOver) return 'take';
  if (holder.isPending) return 'wait';
  // A debounced job that has left the wait has begun: what comes later is for the next one.
  if (policy.debounce) return holder.isReplaceable ? 'replace' : 'take';
  switch (policy.onConflict) {
    case 'return':
      return 'return';
    case 'reject':
      return 'reject';
    case 'replace':
      return holder.isReplaceable ? 'replace' : 'reject';
  }
}
