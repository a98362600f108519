/**
 * Answers many single lookups by few queries: what is asked while a query is on its way shares the next one.
 * At most two are on their way at once.
 */
export class SharedLookup<Key, Found> {
  private waiting = new Map<Key, Waiter<Found>[]>();
  private underWay = 0;

  /** @param load the found ones among the keys; of those it leaves out, nothing is found */
  constructor(
    private readonly load: (keys: Key[]) => Promise<Map<Key, Found>>,
    private readonly maxKeys = 1_000,
  ) {}

  find(key: Key): Promise<Found | undefined> {
    return new Promise((resolve, reject) => {
      const waiters = this.waiting.get(key);
      if (waiters) waiters.push({ resolve, reject });
      else this.waiting.set(key, [{ resolve, reject }]);
      if (this.waiting.size === 1) setImmediate(() => this.next());
    });
  }

  private next(): void {
    if (this.underWay === 2 || this.waiting.size === 0) return;
    const batch = [...this.waiting].slice(0, this.maxKeys);
    for (const [key] of batch) this.waiting.delete(key);
    this.underWay += 1;
    void this.answer(new Map(batch)).finally(() => {
      this.underWay -= 1;
      this.next();
    });
    this.next();
  }

  private async answer(batch: Map<Key, Waiter<Found>[]>): Promise<void> {
    try {
      const found = await this.load([...batch.keys()]);
      for (const [key, waiters] of batch) for (const { resolve } of waiters) resolve(found.get(key));
    } catch (error) {
      for (const waiters of batch.values()) for (const { reject } of waiters) reject(error);
    }
  }
}

interface Waiter<Found> {
  resolve(found: Found | undefined): void;
  reject(error: unknown): void;
}
