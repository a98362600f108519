import { describe, expect, it } from '@jest/globals';
import { SearchPace } from './search-pace.js';

/** Searches where each row costs so much; the windows, and what they took together. */
function search(budgetMs: number, msPerRow: number, overheadMs = 1) {
  const pace = new SearchPace(budgetMs);
  const windows: number[] = [];
  for (let spent = 0; ;) {
    const took = overheadMs + pace.window * msPerRow;
    windows.push(pace.window);
    spent += took;
    if (!pace.goOn(took, spent)) return { windows, spent };
  }
}

describe('the pace of a search', () => {
  it('begins with few rows and looks through more and more, within its time', () => {
    const { windows, spent } = search(25, 0.001);
    expect(windows.slice(0, 2)).toEqual([1_000, 4_000]);
    expect(windows[2]).toBeGreaterThan(8_000);
    expect(spent).toBeGreaterThan(20);
    expect(spent).toBeLessThan(26);
  });

  it('takes no step that rows as slow as the last ones would make too long', () => {
    for (const msPerRow of [0.0001, 0.001, 0.01, 0.02]) expect(search(25, msPerRow).spent).toBeLessThan(28);
  });

  it('ends after the first step where its rows took all the time', () => {
    expect(search(25, 0.05).windows).toEqual([1_000]);
  });

  it('looks through no more than 64,000 rows at once, however much time there is', () => {
    const { windows } = search(1_500, 0.001);
    expect(Math.max(...windows)).toBe(64_000);
  });

  it('stays small after a step that did not end in time', () => {
    const pace = new SearchPace(1_500);
    pace.shrink();
    expect(pace.window).toBe(125);
    expect(pace.goOn(1, 1_001)).toBe(true);
    expect(pace.window).toBe(125);
  });
});
