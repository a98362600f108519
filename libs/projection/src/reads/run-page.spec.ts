import { describe, expect, it } from '@jest/globals';
import type { HistoryItem } from './history.js';
import { pageOf } from './run-page.js';

const itemsOf = (...runs: number[]) => runs.map((run) => ({ run }) as HistoryItem);
const told = (runs: number[], cutBelow: number, limit: number) => {
  const page = pageOf({ items: itemsOf(...runs), cutBelow }, limit);
  return [page.runs.map(({ run, items }) => `${run}×${items.length}`), page.hasMore];
};

describe('a page of runs', () => {
  it('has the newest first, as many as are asked for, and says whether there are more', () => {
    expect(told([1, 1, 2, 3, 3, 3], 0, 5)).toEqual([['3×3', '2×1', '1×2'], false]);
    expect(told([1, 1, 2, 3, 3, 3], 0, 2)).toEqual([['3×3', '2×1'], true]);
  });

  it('leaves a run whose transitions are cut off to the next page', () => {
    expect(told([7, 8, 8, 9], 8, 5)).toEqual([['9×1', '8×2'], true]);
  });

  it('shows a cut run where it would show none', () => {
    expect(told([9, 9], 10, 5)).toEqual([['9×2'], true]);
  });

  it('is the last one where nothing is left', () => {
    expect(told([], 0, 5)).toEqual([[], false]);
    expect(told([1, 1], 2, 5)).toEqual([['1×2'], true]);
  });
});
