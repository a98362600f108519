import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LogTime, maxTime } from '../client/log-time.js';
import { judgeRange } from './offset-range.js';

const partition = { topic: 'jobs.image', partition: 3 };
const judge = (wanted: number, start: number, end: number, after: number | null = null) =>
  judgeRange(partition, wanted, { start, end, after });

describe('judgeRange', () => {
  it('is within from the start up to and including the end', () => {
    for (const wanted of [5, 7, 9]) expect(judge(wanted, 5, 9)).toEqual({ kind: 'within' });
  });

  it('names the offsets that were deleted unread', () => {
    expect(judge(2, 5, 9)).toMatchObject({ kind: 'deleted', start: 5 });
    expect(judge(2, 5, 9)).toHaveProperty(
      'message',
      expect.stringContaining('2 to 4 of jobs.image, partition 3'),
    );
  });

  it('names a log that ends before our place', () => {
    expect(judge(12, 0, 9)).toMatchObject({ kind: 'cut' });
  });
});

/** A log that readers append to and read from, by a clock that may not go back; the records' times. */
interface History {
  read: number[];
  /** How many of them are left, from the end: the others were deleted. */
  kept: number;
  cutTo: number;
  appended: number[];
}

const anyTimes = (most: number) => fc.array(fc.nat(50), { maxLength: most });
const anyHistory: fc.Arbitrary<History> = fc.record({
  read: anyTimes(8),
  kept: fc.nat(8),
  cutTo: fc.nat(8),
  appended: anyTimes(12),
});

/** Times from gaps, ascending after `from`. */
const ascending = (gaps: readonly number[], from: number) => {
  let time = from;
  return gaps.map((gap) => (time += gap));
};

describe('the times of what was read', () => {
  const logOf = (times: readonly number[], start: number, lastTime: number) => {
    const after = times.findIndex((time, offset) => offset >= start && time > lastTime);
    return { start, end: times.length, after: after < 0 ? times.length : after };
  };

  it('tell a log made anew from the one that was read, however long it has grown', () => {
    fc.assert(
      fc.property(anyTimes(8), anyTimes(12), (readGaps, anewGaps) => {
        const read = ascending(readGaps, 1_000);
        const time = new LogTime([null], true);
        for (const at of read) time.note(at);
        const made = ascending(anewGaps, (read.at(-1) ?? 1_000) + 1);
        const range = judgeRange(partition, read.length, logOf(made, 0, time.latest ?? 0));
        expect(range.kind).toBe(read.length === 0 ? 'within' : 'made_anew');
      }),
    );
  });

  it('never take a log for another that was read, however much of its beginning was deleted', () => {
    fc.assert(
      fc.property(anyHistory, ({ read: gaps, kept, appended }) => {
        const read = ascending(gaps, 1_000);
        const time = new LogTime([null], true);
        for (const at of read) time.note(at);
        const whole = [...read, ...ascending(appended, read.at(-1) ?? 1_000)];
        const start = Math.max(0, read.length - kept);
        expect(judgeRange(partition, read.length, logOf(whole, start, time.latest ?? 0))).toEqual({
          kind: 'within',
        });
      }),
    );
  });

  it('tell that a log was cut below what was read, and where it has grown again', () => {
    fc.assert(
      fc.property(anyHistory, ({ read: gaps, cutTo, appended }) => {
        fc.pre(cutTo > 0 && cutTo < gaps.length);
        const read = ascending(gaps, 1_000);
        const time = new LogTime([null], true);
        for (const at of read) time.note(at);
        const cut = [...read.slice(0, cutTo), ...ascending(appended, read.at(-1)! + 1)];
        const range = judgeRange(partition, read.length, logOf(cut, 0, time.latest!));
        expect(range.kind).toBe('cut');
        expect(range).toMatchObject({ start: 0, unread: cutTo });
      }),
    );
  });

  it('allow for clocks that were apart where nothing is known of what lies below', () => {
    const time = new LogTime([null, null], false);
    expect(time.latest).toBeNull();
    time.note(0);
    expect(time.latest).toBeNull();
    time.note(1_000);
    expect(time.latest).toBe(1_000 + 3_600_000);
    const known = new LogTime([500, null], false);
    known.note(700);
    known.note(600);
    expect(known.latest).toBe(700);
    known.note(9e18);
    expect(known.latest).toBe(maxTime);
  });
});
