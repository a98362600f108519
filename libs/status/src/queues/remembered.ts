/** Asks a question about some names, and gives its answer again for a while, as long as it is about the same names. */
export class Remembered<Answer> {
  private latest: { readonly of: string; readonly askedAt: number; readonly answer: Answer } | undefined;

  constructor(
    private readonly forMs: number,
    private readonly ask: (names: readonly string[]) => Promise<Answer>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Rejects as the question does; a failure is not remembered. */
  async read(names: readonly string[]): Promise<Answer> {
    const of = JSON.stringify(names);
    const askedAt = this.now();
    const { latest } = this;
    if (latest?.of === of && askedAt - latest.askedAt < this.forMs) return latest.answer;
    const answer = await this.ask(names);
    this.latest = { of, askedAt, answer };
    return answer;
  }
}
