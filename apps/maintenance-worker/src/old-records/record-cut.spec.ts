import { describe, expect, it } from '@jest/globals';
import { decideCut, decideDeletions, findUnread } from './record-cut.js';

const at = (topic: string, start: number, end: number, partition = 0) => ({ topic, partition, start, end });
const reads = (reader: string, topic: string, next: number, partition = 0) => ({
  reader,
  topic,
  partition,
  next,
});

describe('findUnread', () => {
  it('finds the position of the slowest reader of each partition', () => {
    expect(
      findUnread(
        [at('jobs.a', 0, 10), at('jobs.a', 0, 10, 1), at('jobs.events', 0, 10), at('jobs.b', 5, 10)],
        [
          reads('a', 'jobs.a', 10),
          reads('projection', 'jobs.a', 7),
          reads('projection', 'jobs.a', 9, 1),
          reads('a', 'jobs.a', 3, 1),
          reads('projection', 'jobs.events', 10),
          reads('b', 'jobs.b', 0),
        ],
      ),
    ).toEqual([
      { topic: 'jobs.a', partition: 0, reader: 'projection', offset: 7 },
      { topic: 'jobs.a', partition: 1, reader: 'a', offset: 3 },
      { topic: 'jobs.b', partition: 0, reader: 'b', offset: 5 },
    ]);
  });

  it('finds the whole log for a projection without progress, and the rest for one with progress', () =>
    expect(
      findUnread(
        [at('jobs.a', 2, 10), at('jobs.a', 0, 10, 1)],
        [
          reads('projection', 'jobs.a', 10),
          reads('projection', 'jobs.a', 10, 1),
          reads('projection_g2', 'jobs.a', 0),
          reads('projection_g2', 'jobs.a', 6, 1),
        ],
      ),
    ).toEqual([
      { topic: 'jobs.a', partition: 0, reader: 'projection_g2', offset: 2 },
      { topic: 'jobs.a', partition: 1, reader: 'projection_g2', offset: 6 },
    ]));

  it('finds nothing in an empty partition', () =>
    expect(findUnread([at('jobs.a', 4, 4)], [reads('a', 'jobs.a', 0)])).toEqual([]));
});

describe('decideCut', () => {
  const [now, kept] = [1_000, 300];

  it('cuts by age when no older record is needed', () => {
    expect(decideCut(now, kept, [])).toEqual({ at: 700, heldBy: null });
    expect(decideCut(now, kept, [{ reader: 'a', at: 700 }])).toEqual({ at: 700, heldBy: null });
  });

  it('cuts before the oldest record that is needed', () => {
    const oldest = { reader: 'b', at: 20 };
    expect(decideCut(now, kept, [{ reader: 'a', at: 600 }, oldest, { reader: 'c', at: 21 }])).toEqual({
      at: 20,
      heldBy: oldest,
    });
  });
});

describe('decideDeletions', () => {
  it('deletes records before the cut, but no unread record, whatever the clocks say', () => {
    const partitions = [at('jobs.a', 2, 10), at('jobs.a', 0, 10, 1), at('jobs.b', 3, 10), at('jobs.c', 0, 5)];
    const offsets = new Map([
      ['jobs.a', [6, 9]],
      ['jobs.b', [3]],
    ]);
    const unread = [{ topic: 'jobs.a', partition: 1, reader: 'a', offset: 4 }];
    expect(decideDeletions(partitions, offsets, unread)).toEqual(
      new Map([
        [
          'jobs.a',
          [
            { partition: 0, offset: 6, records: 4 },
            { partition: 1, offset: 4, records: 4 },
          ],
        ],
      ]),
    );
  });
});
