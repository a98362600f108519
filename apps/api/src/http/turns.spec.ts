import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

/** The rounds of the event loop in which the turns came. */
async function roundsOf(turns: readonly Promise<void>[]): Promise<number[]> {
  let round = 0;
  let counting = setImmediate(function count() {
    round += 1;
    counting = setImmediate(count);
  });
  const rounds = await Promise.all(turns.map((turn) => turn.then(() => round)));
  clearImmediate(counting);
  return rounds;
}

describe('turns', () => {
  it('come in the order in which they were asked for, each in a round of its own', async () => {
    const turns = new Turns();
    const rounds = await roundsOf(Array.from({ length: 5 }, () => turns.next()));
    expect(new Set(rounds).size).toBe(5);
    expect(rounds).toEqual(rounds.toSorted((a, b) => a - b));
  });

  it('come again after a time without callers', async () => {
    const turns = new Turns();
    await turns.next();
    await expect(turns.next()).resolves.toBeUndefined();
  });
});
