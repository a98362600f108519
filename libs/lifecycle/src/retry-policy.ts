/**
 * The delay after `failedAttempt` (from 1), in milliseconds: its rung of the ladder; the last rung beyond the ladder (a request may
 * allow more attempts than its definition has now); 0 without a ladder.
 */
export function retryDelay(backoffMs: readonly number[], failedAttempt: number): number {
  return backoffMs[failedAttempt - 1] ?? backoffMs.at(-1) ?? 0;
}

/** The delay of the retry lane that serves a delay: the shortest lane that is long enough. Undefined when none is. */
export function laneFor(delayMs: number, lanesMs: Iterable<number>): number | undefined {
  let fit: number | undefined;
  for (const lane of lanesMs) if (lane >= delayMs && (fit === undefined || lane < fit)) fit = lane;
  return fit;
}
