/** A reader that falls behind by so many items is cut off. */
const maxItems = 10_000;

/** Items that wait for their one reader, in order. */
export class Inbox<Item> {
  private items: Item[] = [];
  private wake: () => void = () => undefined;

  /** @param signal ends waiting at once, and for good */
  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  push(item: Item): void {
    if (this.items.length < maxItems) this.items.push(item);
    else this.overflowed = true;
    this.wake();
  }

  /** Whether items were dropped: what follows has a gap. */
  overflowed = false;

  /** The next item; undefined when none came in time or the signal aborted. */
  async next(waitMs: number): Promise<Item | undefined> {
    if (this.items.length === 0 && !this.signal.aborted) await this.pause(waitMs);
    return this.items.shift();
  }

  private pause(waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
