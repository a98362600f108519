/** Milliseconds since 1970, the end of what a Date can hold: a foreign producer may set any. A log with such times can't be judged by them. */
export const maxTime = 8.64e15;
/** How far the clocks of brokers may have been apart, in ms. */
const clockMarginMs = 3_600_000;

/**
 * The latest time of what was read of a log (see `OffsetMap.lastTime`). It may be too late, which hides a log made anew soon
 * after, but never too early, which would take this log for another.
 */
export class LogTime {
  private latestTime: number | null;
  private readonly marginMs: number;

  /**
   * @param known what is known of it from before, each null where nothing is
   * @param isWhole whether nothing was read below where reading begins; else what was read there may have later times
   */
  constructor(known: readonly (number | null)[], isWhole: boolean) {
    this.latestTime = latestOf(known);
    this.marginMs = isWhole || this.latestTime !== null ? 0 : clockMarginMs;
  }

  /** Null where nothing is known. */
  get latest(): number | null {
    return this.latestTime;
  }

  /** Something with this time was read; 0 for what has none. */
  note(time: number): void {
    if (time <= 0) return;
    this.latestTime = Math.min(maxTime, Math.max(this.latestTime ?? 0, time + this.marginMs));
  }
}

/** The latest of these times, each null where nothing is known. */
export function latestOf(times: readonly (number | null)[]): number | null {
  const known = times.filter((time) => time !== null);
  return known.length === 0 ? null : Math.max(...known);
}
