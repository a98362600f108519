import { describe, expect, it } from '@jest/globals';
import { CommitLoop, type PendingCommit } from './commit-loop.js';
import type { OffsetCommit } from './consumer-session.js';

/** A source with one number to commit, and an answer to each commit that the test gives. */
class Source {
  value = 0;
  landed = 0;
  failures = 0;
  sent: { offset: number; resolve: () => void; reject: (error: Error) => void; at: number }[] = [];
  canSend = true;
  #watching: (() => void)[] = [];

  readonly loop = new CommitLoop({
    collect: (): PendingCommit | null => {
      const { value } = this;
      if (value === this.landed) return null;
      const commits = [{ topic: 't', partition: 0, offset: value, metadata: null }];
      return { commits, landed: () => (this.landed = value) };
    },
    send: ([commit]: OffsetCommit[]) => {
      if (!this.canSend) return null;
      return new Promise((resolve, reject) => {
        this.sent.push({ offset: commit!.offset, resolve, reject, at: performance.now() });
        for (const tell of this.#watching.splice(0)) tell();
      });
    },
    failed: () => (this.failures += 1),
  });

  async nthSent(count: number): Promise<void> {
    while (this.sent.length < count) await new Promise<void>((resolve) => this.#watching.push(resolve));
  }
}

describe('CommitLoop', () => {
  it('gathers what comes up, keeps one in flight, and goes on while there is news', async () => {
    const source = new Source();
    source.value = 1;
    source.loop.touch();
    source.value = 2;
    source.loop.touch();
    await source.nthSent(1);
    source.value = 3;
    source.loop.touch();
    source.loop.sendNow();
    expect(source.sent.map(({ offset }) => offset)).toEqual([2]);
    source.sent[0]!.resolve();
    await source.nthSent(2);
    expect(source.sent[1]!.offset).toBe(3);
    expect(source.sent[1]!.at - source.sent[0]!.at).toBeGreaterThan(40);
    source.sent[1]!.resolve();
    await expect(source.loop.flush(1_000)).resolves.toBe(true);
    expect(source.landed).toBe(3);
    source.loop.stop();
  });

  it('puts what a failed commit said into the next', async () => {
    const source = new Source();
    source.value = 1;
    source.loop.touch();
    await source.nthSent(1);
    source.value = 2;
    source.sent[0]!.reject(new Error('rebalancing'));
    await source.nthSent(2);
    expect([source.failures, source.sent[1]!.offset]).toEqual([1, 2]);
    source.sent[1]!.resolve();
    await source.loop.flush(1_000);
    source.loop.stop();
  });

  it('waits where nothing can be sent yet, and gives a flush up in time', async () => {
    const source = new Source();
    source.canSend = false;
    source.value = 1;
    await expect(source.loop.flush(100)).resolves.toBe(false);
    source.canSend = true;
    source.loop.touch();
    await source.nthSent(1);
    source.sent[0]!.resolve();
    await expect(source.loop.flush(1_000)).resolves.toBe(true);
    source.loop.stop();
    source.value = 9;
    source.loop.touch();
    source.loop.sendNow();
    expect(source.sent).toHaveLength(1);
  });
});
