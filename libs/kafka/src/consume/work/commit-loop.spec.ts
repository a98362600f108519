import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { OffsetCommit } from '../consumer-session.js';
import { CommitLoop, type PendingCommit } from './commit-loop.js';

/** A source with one number to commit, and an answer to each commit that the test gives. */
class Source {
  value = 0;
  landed = 0;
  failures = 0;
  sent: { offset: number; resolve: () => void; reject: (error: Error) => void; at: number }[] = [];
  canSend = true;
  canCollect = true;
  private watching: (() => void)[] = [];

  readonly loop = new CommitLoop({
    collect: (): PendingCommit | 'not yet' | null => {
      const { value } = this;
      if (!this.canCollect) return 'not yet';
      if (value === this.landed) return null;
      const commits = [{ topic: 't', partition: 0, offset: value, metadata: null }];
      return { commits, landed: () => (this.landed = value) };
    },
    send: ([commit]: OffsetCommit[]) => {
      if (!this.canSend) return null;
      return new Promise((resolve, reject) => {
        this.sent.push({ offset: commit!.offset, resolve, reject, at: performance.now() });
        for (const tell of this.watching.splice(0)) tell();
      });
    },
    failed: () => (this.failures += 1),
  });

  async nthSent(count: number): Promise<void> {
    while (this.sent.length < count) await new Promise<void>((resolve) => this.watching.push(resolve));
  }
}

describe('CommitLoop', () => {
  it('gathers news, keeps one commit in flight, and commits for as long as there is news', async () => {
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

  it('puts the content of a failed commit into the next', async () => {
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

  it('waits, in a flush too, while it is not known yet what is to commit', async () => {
    const source = new Source();
    source.canCollect = false;
    source.value = 1;
    source.loop.touch();
    const flushed = source.loop.flush(5_000);
    setTimeout(() => (source.canCollect = true), 100);
    await source.nthSent(1);
    source.sent[0]!.resolve();
    await expect(flushed).resolves.toBe(true);
    expect(source.landed).toBe(1);
    source.loop.stop();
  });
});

describe('CommitLoop, whatever happened before', () => {
  afterEach(() => void jest.useRealTimers());

  const anyStep = fc.oneof(
    fc.constantFrom(
      'change',
      'rejoin',
      'settle',
      'lose session',
      'have session',
      'acknowledge',
      'refuse',
      'now',
    ),
    fc.nat(400),
  );

  it('has committed the watermark once there was no activity for a second', async () => {
    jest.useFakeTimers();
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 30 }), async (steps) => {
        const source = new Source();
        const answer = (isAcknowledged: boolean) => {
          const sent = source.sent.shift();
          if (isAcknowledged) sent?.resolve();
          else sent?.reject(new Error('refused'));
        };
        for (const step of steps) {
          if (typeof step === 'number') await jest.advanceTimersByTimeAsync(step);
          else if (step === 'change') {
            source.value += 1;
            source.loop.touch();
          } else if (step === 'now') source.loop.sendNow();
          else if (step === 'acknowledge' || step === 'refuse') answer(step === 'acknowledge');
          else if (step === 'rejoin' || step === 'settle') source.canCollect = step === 'settle';
          else source.canSend = step === 'have session';
        }
        source.canCollect = true;
        source.canSend = true;
        for (let ms = 0; ms < 1_000; ms += 10) {
          await jest.advanceTimersByTimeAsync(10);
          answer(true);
        }
        expect(source.landed).toBe(source.value);
        source.loop.stop();
      }),
    );
  });
});
