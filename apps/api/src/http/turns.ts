/**
 * Lets those who ask pass one after another, each in a round of the event loop of its own: whatever else there is to do comes
 * between two of them.
 */
export class Turns {
  private last: Promise<void> = Promise.resolve();

  /** Resolves when it is this one's turn, which lasts for what is done without waiting. */
  next(): Promise<void> {
    this.last = this.last.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.last;
  }
}
