/**
 * Milliseconds to wait after `failedAttempt` (from 1): its rung of the ladder, the last rung once the ladder is used up
 * (a request may carry more attempts than its definition has now), 0 without a ladder.
 */
export function retryDelay(backoffMs: readonly number[], failedAttempt: number): number {
  return backoffMs[failedAttempt - 1] ?? backoffMs.at(-1) ?? 0;
}

/** The retry lane that serves a delay, by the lane's own delay: the shortest one that is not shorter. Undefined beyond the longest. */
export function laneFor(delayMs: number, lanesMs: Iterable<number>): number | undefined {
  let fit: number | undefined;
  for (const lane of lanesMs) if (lane >= delayMs && (fit === undefined || lane < fit)) fit = lane;
  return fit;
}
