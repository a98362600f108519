import { describe, expect, it } from '@jest/globals';
import { SharedLookup } from './shared-lookup.js';

/** A source whose answers the test gives when it wants. */
class Source {
  readonly asked: { keys: string[]; answer: (known?: string[]) => void; fail: (error: Error) => void }[] = [];
  readonly lookup = new SharedLookup<string, string>(
    (keys) =>
      new Promise((resolve, reject) => {
        this.asked.push({
          keys,
          answer: (known = keys) => resolve(new Map(known.map((key) => [key, key.toUpperCase()]))),
          fail: reject,
        });
      }),
    3,
  );
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('SharedLookup', () => {
  it('asks once for all keys of one turn of the event loop', async () => {
    const { lookup, asked } = new Source();
    const found = ['a', 'b', 'a'].map((key) => lookup.find(key));
    await turn();
    expect(asked.map(({ keys }) => keys)).toEqual([['a', 'b']]);
    asked[0]!.answer(['a']);
    expect(await Promise.all(found)).toEqual(['A', undefined, 'A']);
  });

  it('runs at most two queries of bounded size at once, and the rest after them', async () => {
    const { lookup, asked } = new Source();
    const found = [...'abcdefgh'].map((key) => lookup.find(key));
    await turn();
    expect(asked.map(({ keys }) => keys.join(''))).toEqual(['abc', 'def']);
    asked[0]!.answer();
    asked[1]!.answer();
    await turn();
    expect(asked[2]!.keys).toEqual(['g', 'h']);
    asked[2]!.answer();
    expect((await Promise.all(found)).join('')).toBe('ABCDEFGH');
  });

  it('asks again for a key that is requested while its query runs', async () => {
    const { lookup, asked } = new Source();
    const first = lookup.find('a');
    await turn();
    const second = lookup.find('a');
    await turn();
    expect(asked).toHaveLength(2);
    asked[1]!.answer([]);
    asked[0]!.answer();
    expect([await first, await second]).toEqual(['A', undefined]);
  });

  it('rejects the callers of a query that fails, and serves later ones', async () => {
    const { lookup, asked } = new Source();
    const lost = lookup.find('a');
    await turn();
    asked[0]!.fail(new Error('away'));
    await expect(lost).rejects.toThrow('away');
    const found = lookup.find('a');
    await turn();
    asked[1]!.answer();
    expect(await found).toBe('A');
  });
});
