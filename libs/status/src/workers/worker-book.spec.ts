import { describe, expect, it } from '@jest/globals';
import type { WorkerSign } from '@jobstream/contracts/records';
import { forgottenAfterMs, silentAfterMs, WorkerBook } from './worker-book.js';

const signOf = (id: string, runningCount = 0) =>
  ({ v: 1, id, service: 'post-worker', runningCount }) as WorkerSign;
const told = (book: WorkerBook, now: number) =>
  book.list(now).map(({ id, state, runningCount }) => `${id} ${state} ${runningCount}`);

describe('the workers that have told of themselves', () => {
  it('are as each of them told last, until it takes that back', () => {
    const book = new WorkerBook();
    book.apply('2-b', signOf('2-b'), 0);
    book.apply('1-a', signOf('1-a'), 0);
    book.apply('1-a', signOf('1-a', 3), 5);
    expect(told(book, 10)).toEqual(['1-a alive 3', '2-b alive 0']);
    expect(book.list(10)[0]).toMatchObject({ lastSignAt: '1970-01-01T00:00:00.005Z' });
    book.apply('2-b', null, 20);
    expect(told(book, 20)).toEqual(['1-a alive 3']);
  });

  it('are silent without a sign for half a minute, and forgotten after ten minutes', () => {
    const book = new WorkerBook();
    book.apply('1-a', signOf('1-a'), 0);
    expect(told(book, silentAfterMs)).toEqual(['1-a alive 0']);
    expect(told(book, silentAfterMs + 1)).toEqual(['1-a silent 0']);
    expect(told(book, forgottenAfterMs)).toEqual(['1-a silent 0']);
    expect(told(book, forgottenAfterMs + 1)).toEqual([]);
  });

  it('are bounded: the one that has told nothing for longest is dropped', () => {
    const book = new WorkerBook(2);
    for (const [at, id] of ['1-a', '2-b', '1-a', '3-c'].entries()) book.apply(id, signOf(id), at);
    expect(told(book, 4)).toEqual(['1-a alive 0', '3-c alive 0']);
  });
});
