import { SharedCall } from './shared-call.js';

/** Questions of a kind, each of them shared as by {@link SharedCall}: those who ask the same share, others do not wait. */
export class SharedCalls<Answer> {
  private readonly asked = new Map<string, { readonly call: SharedCall<Answer>; askers: number }>();

  constructor(private readonly ask: (question: string) => Promise<Answer>) {}

  /** Questions that somebody waits for. */
  get size(): number {
    return this.asked.size;
  }

  async call(question: string): Promise<Answer> {
    const shared = this.asked.get(question) ?? {
      call: new SharedCall(() => this.ask(question)),
      askers: 0,
    };
    this.asked.set(question, shared);
    shared.askers += 1;
    try {
      return await shared.call.call();
    } finally {
      shared.askers -= 1;
      if (shared.askers === 0) this.asked.delete(question);
    }
  }
}
