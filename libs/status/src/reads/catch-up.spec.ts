import { describe, expect, it } from '@jest/globals';
import type { EndOffsets } from '@jobstream/projection';
import { CatchUp } from './catch-up.js';

const endsAt = (end: number): EndOffsets => new Map([['jobs.events', [end]]]);

/** A log that grows, and a projection that is told how far it is. */
function made({ broker = () => Promise.resolve() }: { broker?: () => Promise<void> } = {}) {
  const state = { end: 5, projected: 5, waited: [] as number[], asked: 0 };
  const catchUp = new CatchUp({
    ends: {
      now: async () => {
        state.asked += 1;
        await broker();
        return endsAt(state.end);
      },
    },
    progress: {
      waitUntilPassed: (ends, maxWaitMs) => {
        state.waited.push(maxWaitMs);
        return Promise.resolve(state.projected >= ends.get('jobs.events')![0]!);
      },
    },
  });
  return { state, catchUp };
}

describe('a catch-up with the log', () => {
  it('waits 2 s at most for the present end of the log', async () => {
    const { state, catchUp } = made();
    expect(await catchUp.reach()).toBe(true);
    expect(state.waited).toEqual([2_000]);
  });

  it('waits once for a projection that is too far behind, then not until it has caught up', async () => {
    const { state, catchUp } = made();
    state.end = 9;
    expect(await catchUp.reach()).toBe(false);
    state.end = 12;
    expect(await catchUp.reach()).toBe(false);
    expect(state).toMatchObject({ waited: [2_000, 0], asked: 1 });
    state.projected = 9;
    expect(await catchUp.reach()).toBe(false);
    expect(state).toMatchObject({ waited: [2_000, 0, 0, 2_000], asked: 2 });
    state.projected = 12;
    expect(await catchUp.reach()).toBe(true);
  });

  it('does not ask a broker that still owes an answer', async () => {
    let answer: () => void = () => undefined;
    const owed = new Promise<void>((resolve) => (answer = resolve));
    const { state, catchUp } = made({ broker: () => owed });
    expect(await catchUp.reach()).toBe(false);
    expect(await catchUp.reach()).toBe(false);
    expect(state.asked).toBe(1);
    answer();
    await new Promise(setImmediate);
    expect(await catchUp.reach()).toBe(true);
  });

  it('never rejects', async () => {
    const { state, catchUp } = made({ broker: () => Promise.reject(new Error('gone')) });
    expect(await catchUp.reach()).toBe(false);
    expect(await catchUp.reach()).toBe(false);
    expect(state.asked).toBe(2);
  });
});
