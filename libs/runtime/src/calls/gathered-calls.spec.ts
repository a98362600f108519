import { describe, expect, it } from '@jest/globals';
import { GatheredCalls } from './gathered-calls.js';

/** Calls that answer when told to. */
function heldCalls(maxItems?: number) {
  const held: { items: readonly number[]; answer: (error?: Error) => void }[] = [];
  const calls = new GatheredCalls<number, number>(
    (items) =>
      new Promise((resolve, reject) => {
        held.push({
          items,
          answer: (error) => (error ? reject(error) : resolve(items.map((item) => item * 10))),
        });
      }),
    maxItems,
  );
  return { calls, held };
}

describe('gathered calls', () => {
  it('go out at once when alone, and together while one is under way', async () => {
    const { calls, held } = heldCalls();
    const first = calls.call(1);
    expect(held.map(({ items }) => items)).toEqual([[1]]);
    const others = [2, 3, 4].map((item) => calls.call(item));
    expect(held).toHaveLength(1);
    held[0]!.answer();
    expect(await first).toBe(10);
    expect(held.map(({ items }) => items)).toEqual([[1], [2, 3, 4]]);
    held[1]!.answer();
    expect(await Promise.all(others)).toEqual([20, 30, 40]);
  });

  it('fail together, and later calls succeed', async () => {
    const { calls, held } = heldCalls();
    const first = calls.call(1);
    const second = calls.call(2);
    held[0]!.answer(new Error('away'));
    await expect(first).rejects.toThrow('away');
    held[1]!.answer();
    expect(await second).toBe(20);
    const third = calls.call(3);
    held[2]!.answer();
    expect(await third).toBe(30);
  });

  it('take at most the maximum of items at once', async () => {
    const { calls, held } = heldCalls(2);
    const all = [1, 2, 3, 4].map((item) => calls.call(item));
    for (let next = 0; next < 3; next++) {
      held[next]!.answer();
      await all[Math.min(next * 2, 3)];
    }
    expect(held.map(({ items }) => items)).toEqual([[1], [2, 3], [4]]);
    await Promise.all(all);
  });
});
