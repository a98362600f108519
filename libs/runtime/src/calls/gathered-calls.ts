interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Turns calls for one item into calls for many: while one is under way, the next ones gather. Alone a call goes out at
 * once; under load they share round trips.
 */
export class GatheredCalls<Item, Answer> {
  private waiting: Waiting<Item, Answer>[] = [];
  private busy = false;

  /** @param callMany answers in the order of the items; its rejection is that of all of them */
  constructor(
    private readonly callMany: (items: readonly Item[]) => Promise<readonly Answer[]>,
    private readonly maxItems = 500,
  ) {}

  call(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.busy) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) {
      const gathered = this.waiting.splice(0, this.maxItems);
      try {
        const answers = await this.callMany(gathered.map(({ item }) => item));
        gathered.forEach(({ resolve }, index) => resolve(answers[index]!));
      } catch (error) {
        for (const { reject } of gathered) reject(error);
      }
    }
    this.busy = false;
  }
}
