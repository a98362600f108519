import { parseDuration, type Duration } from '@jobstream/contracts';

/** The time of a test: it stands still unless the test moves it, or a job waits for its next attempt. */
export class FakeClock {
  private time: number;

  /** @param start where it begins. Default 1 January 2026, 00:00 UTC */
  constructor(start = new Date('2026-01-01T00:00:00Z')) {
    this.time = start.getTime();
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.time;
  }

  /** @throws RangeError when `by` is not a duration */
  advance(by: Duration): void {
    this.time += parseDuration(by);
  }

  /** Moves on to a time in milliseconds since 1970; it never goes back. */
  reach(time: number): void {
    this.time = Math.max(this.time, time);
  }
}
