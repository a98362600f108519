/** First in, first out, with a rare insertion at the front. Every step takes constant time. */
export class Fifo<Item> {
  private items: (Item | undefined)[] = [];
  private head = 0;

  get length(): number {
    return this.items.length - this.head;
  }

  push(item: Item): void {
    this.items.push(item);
  }

  unshift(item: Item): void {
    if (this.head > 0) this.items[--this.head] = item;
    else this.items.unshift(item);
  }

  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    if (this.head >= 1_024 && this.head * 2 >= this.items.length) this.compact();
    return item;
  }

  keep(wanted: (item: Item) => boolean): void {
    this.compact();
    this.items = (this.items as Item[]).filter(wanted);
  }

  private compact(): void {
    this.items = this.items.slice(this.head);
    this.head = 0;
  }
}
