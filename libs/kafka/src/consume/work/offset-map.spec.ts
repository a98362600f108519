import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeOffsetMap, encodeOffsetMap } from './offset-map.js';

const anyDistances = (maxLength: number): fc.Arbitrary<{ gap: number; length: number }[]> =>
  fc.array(
    fc.record({ gap: fc.integer({ min: 1, max: 100_000 }), length: fc.integer({ min: 1, max: 100_000 }) }),
    { maxLength },
  );

function toRuns(
  committed: number,
  distances: { gap: number; length: number }[],
): { from: number; to: number }[] {
  let at = committed;
  return distances.map(({ gap, length }) => {
    const from = at + gap;
    at = from + length;
    return { from, to: at };
  });
}

describe('the offset map in commit metadata', () => {
  it('decodes to the map that was encoded', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 45 }),
        anyDistances(100),
        fc.uniqueArray(fc.integer({ min: 0, max: 5_000 }), { maxLength: 50 }),
        fc.integer({ min: 0, max: 2 ** 40 }),
        fc.option(fc.integer({ min: 0, max: 8.64e15 })),
        (committed, distances, inFlight, commitNumber, lastTime) => {
          const map = {
            processId: 'aB3_-xyz0',
            commitNumber,
            lastTime,
            done: toRuns(committed, distances),
            attempts: inFlight
              .sort((left, right) => left - right)
              .map((distance) => ({ offset: committed + distance, used: (distance % 7) + 1 })),
            open: inFlight.map((distance) => ({
              offset: committed + distance,
              deaths: distance % 3 === 0 ? undefined : distance % 3,
            })),
            orderly: commitNumber % 2 === 0,
          };
          expect(decodeOffsetMap(committed, encodeOffsetMap(committed, map))).toEqual(map);
        },
      ),
    );
  });

  it('stays within the size that a broker takes, by its lowest runs', () => {
    const done = toRuns(
      1_000_000,
      Array.from({ length: 5_000 }, () => ({ gap: 300, length: 300 })),
    );
    const attempts = done.map(({ from }) => ({ offset: from - 1, used: 2 }));
    const metadata = encodeOffsetMap(1_000_000, {
      processId: 'p',
      commitNumber: 1,
      done,
      attempts,
      lastTime: 8.64e15,
      open: attempts.map(({ offset }) => ({ offset, deaths: undefined })),
      orderly: false,
    });
    expect(Buffer.byteLength(metadata)).toBeLessThanOrEqual(4_096);
    const read = decodeOffsetMap(1_000_000, metadata)!;
    expect(read.done.length).toBeGreaterThan(400);
    expect(read.done).toEqual(done.slice(0, read.done.length));
    expect(read.attempts).toEqual(attempts.slice(0, read.attempts.length));
    expect(read.open.length).toBeGreaterThan(80);
    expect(read.open).toEqual(
      attempts.slice(0, read.open.length).map(({ offset }) => ({ offset, deaths: undefined })),
    );
  });

  it('leaves out the open offsets with the fewest deaths where not all fit', () => {
    const open = Array.from({ length: 1_000 }, (_, index) => ({
      offset: 7 + index * 2 ** 40,
      deaths: index > 990 ? 2 : undefined,
    }));
    const metadata = encodeOffsetMap(7, {
      processId: 'p',
      commitNumber: 1,
      done: [],
      attempts: [],
      lastTime: null,
      open,
      orderly: false,
    });
    const read = decodeOffsetMap(7, metadata)!.open;
    expect(read.slice(0, 3)).toEqual(open.slice(0, 3));
    expect(read.slice(-9)).toEqual(open.slice(-9));
  });

  it('holds some thousand finished runs of a usual backlog below the bound at which the partition stops', () => {
    const done = toRuns(
      0,
      Array.from({ length: 1_000 }, () => ({ gap: 1, length: 3 })),
    );
    expect(
      encodeOffsetMap(0, {
        processId: 'abcdefghijkl',
        commitNumber: 1,
        done,
        attempts: [],
        lastTime: Date.now(),
        open: [],
        orderly: false,
      }).length,
    ).toBeLessThan(3_000);
  });

  it('decodes a map of version 1, with a time or without, as one of a process that gave the partition away', () => {
    const map = {
      processId: 'p',
      commitNumber: 9,
      done: [{ from: 7, to: 9 }],
      attempts: [],
      lastTime: null,
      open: [],
      orderly: true,
    };
    expect(decodeOffsetMap(5, '1.p.9.AgI.')).toEqual(map);
    expect(decodeOffsetMap(5, '1.p.9.AgI..z')).toEqual({ ...map, lastTime: 35 });
    expect(decodeOffsetMap(5, encodeOffsetMap(5, map))).toEqual(map);
  });

  it('decodes nothing from any other metadata', () => {
    for (const foreign of [
      '',
      '1',
      'hello',
      '2.p.1..',
      '2.p.1...',
      '2.p.1....',
      '2.p.1....AA.x',
      '2.p.1....AA.o',
      '2.p.1....AA.o.',
      '1.p.1....AA.o',
      '3.p.1....AA.o',
      '1.p.1.%%.',
      '1.p.1..AA',
      '1.p.1.gA.',
      '1.p.!.AQE.',
      '1.p.1...%',
      '1.p.1...x.x',
      '{"v":1}',
    ]) {
      expect(decodeOffsetMap(5, foreign)).toBeNull();
    }
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void decodeOffsetMap(0, text)));
    fc.assert(fc.property(fc.base64String(), (text) => void decodeOffsetMap(0, `1.p.1.${text}.${text}`)));
  });
});
