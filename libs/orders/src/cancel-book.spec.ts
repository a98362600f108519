import { describe, expect, it } from '@jest/globals';
import { CancelBook } from './cancel-book.js';

describe('remembered cancels', () => {
  it('hold for a run and the runs before it, not for a replay', () => {
    const book = new CancelBook();
    book.add({ id: 'a', run: 2 });
    book.add({ id: 'a', run: 1 });
    expect([1, 2, 3].map((run) => book.has('a', run))).toEqual([true, true, false]);
    expect(book.has('b', 1)).toBe(false);
  });

  it('give way when there are too many, the oldest first', () => {
    const book = new CancelBook(2);
    for (const id of ['a', 'b', 'a', 'c']) book.add({ id, run: 1 });
    expect(['a', 'b', 'c'].map((id) => book.has(id, 1))).toEqual([true, false, true]);
    expect(book.size).toBe(2);
  });
});
