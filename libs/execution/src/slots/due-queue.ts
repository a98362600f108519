interface Due<Item> {
  readonly dueAt: number;
  readonly item: Item;
}

/** Items that wait for a time, the earliest first: a binary heap. */
export class DueQueue<Item> {
  private heap: Due<Item>[] = [];

  get length(): number {
    return this.heap.length;
  }

  /** When the earliest item is due; undefined while empty. */
  get nextDueAt(): number | undefined {
    return this.heap[0]?.dueAt;
  }

  push(dueAt: number, item: Item): void {
    this.heap.push({ dueAt, item });
    this.rise(this.heap.length - 1);
  }

  /** Takes the earliest item if it is due at `now`. */
  takeDue(now: number): Item | undefined {
    const first = this.heap[0];
    if (first === undefined || first.dueAt > now) return undefined;
    const last = this.heap.pop()!;
    if (this.heap.length > 0) {
      this.heap[0] = last;
      this.sink(0);
    }
    return first.item;
  }

  keep(wanted: (item: Item) => boolean): void {
    this.heap = this.heap.filter(({ item }) => wanted(item));
    for (let at = (this.heap.length >> 1) - 1; at >= 0; at--) this.sink(at);
  }

  private rise(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (this.heap[parent]!.dueAt <= this.heap[at]!.dueAt) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private sink(from: number): void {
    for (let at = from; ;) {
      const left = at * 2 + 1;
      let least = at;
      for (const child of [left, left + 1]) {
        if (child < this.heap.length && this.heap[child]!.dueAt < this.heap[least]!.dueAt) least = child;
      }
      if (least === at) return;
      this.swap(at, least);
      at = least;
    }
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}
