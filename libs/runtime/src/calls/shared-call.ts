/**
 * Shares one costly question among all who ask it at the same time. Nobody gets an answer to a call that began before
 * they asked: who comes while one is under way shares the next.
 */
export class SharedCall<Answer> {
  private current: Promise<unknown> = Promise.resolve();
  private next: Promise<Answer> | undefined;

  constructor(private readonly ask: () => Promise<Answer>) {}

  call(): Promise<Answer> {
    this.next ??= this.current.then(() => {
      this.next = undefined;
      const answer = this.ask();
      this.current = answer.catch(() => undefined);
      return answer;
    });
    return this.next;
  }
}
