import { describe, expect, it } from '@jest/globals';
import type { JobPage, JobView } from '@jobstream/contracts/rest';
import { readFilledPage } from './filled-page.js';

const job = (id: string) => ({ id }) as JobView;
const page = (ids: string[], next: string | null, isFull = false): JobPage => ({
  items: ids.map(job),
  next,
  scannedTo: isFull ? null : next,
  indexed: null,
});

/** Reads pages by their cursors, and says which were asked for. */
function pages(byCursor: Record<string, JobPage>) {
  const asked: [string, number][] = [];
  const read = (cursor = 'first', limit: number) => {
    asked.push([cursor, limit]);
    return Promise.resolve(byCursor[cursor]!);
  };
  return { read, asked };
}

const noTime = () => 0;

describe('a filled page', () => {
  it('is the first one where that is full', async () => {
    const { read, asked } = pages({ first: page(['b', 'a'], 'x', true) });
    expect(await readFilledPage(read, 2, undefined, noTime)).toEqual(page(['b', 'a'], 'x', true));
    expect(asked).toEqual([['first', 2]]);
  });

  it('goes on where the server stopped to look, for as many jobs as are missing', async () => {
    const { read, asked } = pages({
      first: page(['c'], 'x'),
      x: page([], 'y'),
      y: page(['b', 'a'], 'z', true),
    });
    expect(await readFilledPage(read, 3, undefined, noTime)).toEqual(page(['c', 'b', 'a'], 'z', true));
    expect(asked).toEqual([
      ['first', 3],
      ['x', 2],
      ['y', 2],
    ]);
  });

  it('ends with the jobs', async () => {
    const { read } = pages({ first: page([], 'x'), x: page(['a'], null) });
    expect(await readFilledPage(read, 3, undefined, noTime)).toEqual(page(['a'], null));
  });

  it('is what was found in time', async () => {
    const { read, asked } = pages({ first: page(['c'], 'x'), x: page([], 'y'), y: page(['b'], null) });
    let ms = 0;
    const now = () => (ms += 800) - 800;
    expect(await readFilledPage(read, 3, undefined, now)).toEqual(page(['c'], 'y'));
    expect(asked.length).toBe(2);
  });
});
