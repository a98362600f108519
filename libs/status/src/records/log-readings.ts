import { StatusError } from '../status-error.js';

/** Readings of the log for callers that one process has under way at most: each holds up to some MiB of records. */
export const maxLogReadings = 8;

/** Bounds how many callers have records read from the log at the same time. */
export class LogReadings {
  private underWay = 0;

  /** Reads, unless too many do. @throws StatusError `too_many_open`, and what `read` throws */
  async run<Answer>(read: () => Promise<Answer>): Promise<Answer> {
    if (this.underWay >= maxLogReadings) {
      const detail = `${maxLogReadings} others are reading records here. Ask again in a moment.`;
      throw new StatusError('too_many_open', detail);
    }
    this.underWay += 1;
    try {
      return await read();
    } finally {
      this.underWay -= 1;
    }
  }
}
