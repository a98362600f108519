/** Rows that the first step of a search looks through. */
const firstWindow = 1_000;
/** Rows of one step at most. */
const maxWindow = 64_000;
/** How many times as many rows as the last one a step looks through at most: those ahead may cost more. */
const growth = 4;
/** Of the time that is left, the part that a step is to take: none knows its cost before. */
const usedShare = 0.7;

/**
 * How many rows each step of a search looks through, so that all of them together take about the time that there is. Rows cost what
 * those before did: it depends on the filter, on the rows and on what else the machine does.
 */
export class SearchPace {
  /** Rows that the next step looks through. */
  window = firstWindow;
  private largest = maxWindow;

  /** @param budgetMs the time for all steps */
  constructor(private readonly budgetMs: number) {}

  /** Makes steps smaller, after one that took too long to be finished. */
  shrink(): void {
    this.window = this.largest = Math.ceil(this.window / 8);
  }

  /**
   * Sets the next {@link window} after a step.
   * @param tookMs what the step took
   * @param spentMs what the search has taken so far
   * @returns whether there is time for one more
   */
  goOn(tookMs: number, spentMs: number): boolean {
    const leftMs = this.budgetMs - spentMs;
    const affordable = Math.floor((this.window * leftMs * usedShare) / Math.max(tookMs, 1));
    const next = Math.min(this.window * growth, this.largest, affordable);
    // A step of a few rows costs its round trip.
    if (next < Math.min(firstWindow, this.window) / 2) return false;
    this.window = next;
    return true;
  }
}
