/** Further items are dropped: the reader is too far behind. */
const maxItems = 10_000;

/** Items that wait for their one reader, in order. */
export class Inbox<Item> {
  private items: Item[] = [];
  private wake: () => void = () => undefined;

  /** @param signal ends the wait at once, and all later ones */
  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.wake(), { once: true });
  }

  push(item: Item): void {
    if (this.items.length < maxItems) this.items.push(item);
    else this.overflowed = true;
    this.wake();
  }

  /** Whether items were dropped: the ones that follow have a gap before them. */
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
