import type { Readiness } from '../processes/service-process.js';

/** A start that takes longer than this is worth a word; before, each service waits for another in turn. */
const USUAL_START_MS = 20_000;
/** Reasons come and go: told at most so often. */
const PAUSE_MS = 10_000;

/** Decides when the reasons why a service is not ready are worth a line. */
export class WaitReasons {
  private told: string | undefined;
  private nextMs = USUAL_START_MS;

  /**
   * What to tell now, if anything: nothing in the usual time, then whatever differs from what was told.
   * @param waitedMs since the service was started
   */
  worthTelling({ why }: Readiness, waitedMs: number): string | undefined {
    // Counts and offsets in a reason change all the time, and are no news.
    const gist = why.replaceAll(/\d+/g, '');
    if (waitedMs < this.nextMs || gist === this.told) return undefined;
    this.told = gist;
    this.nextMs = waitedMs + PAUSE_MS;
    return `not ready after ${Math.round(waitedMs / 1000)} s. ${why}`;
  }
}
