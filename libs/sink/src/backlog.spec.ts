import { describe, expect, it } from '@jest/globals';
import { Backlog } from './backlog.js';

const [a, b] = [
  { topic: 'jobs.probe', partition: 0 },
  { topic: 'jobs.probe', partition: 1 },
];
const items = (count: number): string[] => Array.from({ length: count }, () => 'item');

function opened(): Backlog<string> {
  const backlog = new Backlog<string>();
  backlog.open(a, 10);
  backlog.open(b, 20);
  return backlog;
}

describe('a backlog', () => {
  it('gives whole chunks of several partitions, with how far each is moved', () => {
    const backlog = opened();
    backlog.add(a, items(3), 13);
    backlog.add(a, items(2), 15);
    backlog.add(b, items(4), 24);
    expect(backlog.take(6)).toMatchObject({
      moves: [
        { ...a, from: 10, to: 15 },
        { ...b, from: 20, to: 24 },
      ],
      items: items(9),
    });
    expect(backlog.take(3).moves).toEqual([{ ...a, from: 10, to: 13 }]);
    expect(backlog.size).toBe(9);
  });

  it('keeps a batch until it is settled, then continues behind it', () => {
    const backlog = opened();
    backlog.add(a, items(3), 13);
    const taken = backlog.take(10);
    backlog.add(a, items(1), 14);
    expect(backlog.take(3).moves).toEqual(taken.moves);
    backlog.settle(taken);
    expect(backlog.positionOf(a)).toBe(13);
    expect(backlog.take(10).moves).toEqual([{ ...a, from: 13, to: 14 }]);
  });

  it('lets every partition have its turn', () => {
    const backlog = opened();
    backlog.add(a, items(1), 11);
    backlog.add(b, items(1), 21);
    const first = backlog.take(1);
    backlog.add(a, items(1), 12);
    backlog.settle(first);
    expect(backlog.take(1).moves).toEqual([{ ...b, from: 20, to: 21 }]);
  });

  it('moves over offsets that are no records, and ignores what it has already', () => {
    const backlog = opened();
    backlog.add(a, [], 12);
    backlog.add(a, items(2), 12);
    expect(backlog.take(10)).toMatchObject({ moves: [{ ...a, from: 10, to: 12 }], items: [] });
  });

  it('reads a log made anew from its start, and moves from where the rows hold the other one', () => {
    const backlog = opened();
    backlog.add(a, items(3), 13);
    const taken = backlog.take(10);
    backlog.rewind(a, 0);
    expect([backlog.isEmpty, backlog.positionOf(a)]).toEqual([true, 10]);
    expect(backlog.settle(taken)).toEqual([]);
    backlog.add(a, items(2), 2);
    expect(backlog.take(10).moves).toEqual([{ ...a, from: 10, to: 2 }]);
  });

  it('forgets a partition that is lost, also one that is opened again while its batch is written', () => {
    const backlog = opened();
    backlog.add(a, items(3), 13);
    const taken = backlog.take(10);
    backlog.close(a);
    backlog.add(a, items(9), 99);
    expect(backlog.isEmpty).toBe(true);
    backlog.open(a, 10);
    expect(backlog.settle(taken)).toEqual([]);
    expect(backlog.positionOf(a)).toBe(10);
  });
});
