import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PartitionTracker } from './partition-tracker.js';

const start = { watermark: 10, done: [], attempts: [] };

/** What the tracker is compared to: sets of offsets. */
class Model {
  readonly finished = new Set<number>();
  readonly open = new Set<number>();

  constructor(readonly start: number) {}

  get watermark(): number {
    let at = this.start;
    while (this.finished.has(at)) at += 1;
    return at;
  }
}

type Step =
  { kind: 'read'; hole: number } | { kind: 'finish'; pick: number } | { kind: 'early'; ahead: number };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('read' as const), hole: fc.constantFrom(0, 0, 0, 1, 3) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('finish' as const), pick: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('early' as const), ahead: fc.integer({ min: 0, max: 5 }) }),
  },
);

describe('PartitionTracker', () => {
  it('never puts the watermark above an unfinished offset, and hands each offset out once', () => {
    const anyDone = fc.array(
      fc.record({ gap: fc.integer({ min: 1, max: 4 }), length: fc.integer({ min: 1, max: 4 }) }),
      {
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(anyDone, fc.array(anyStep, { maxLength: 80 }), (distances, steps) => {
        const model = new Model(10);
        let at = 10;
        const done = distances.map(({ gap, length }) => {
          const from = at + gap;
          at = from + length;
          for (let offset = from; offset < at; offset += 1) model.finished.add(offset);
          return { from, to: at };
        });
        const tracker = new PartitionTracker<number>({ watermark: 10, done, attempts: [] });
        for (const step of steps) {
          const changes = tracker.changes;
          const watermark = tracker.watermark;
          if (step.kind === 'read') {
            const offset = tracker.next + step.hole;
            for (let hole = tracker.next; hole < offset; hole += 1)
              if (!model.finished.has(hole)) model.finished.add(hole);
            if (tracker.isNew(offset)) {
              expect(model.finished.has(offset)).toBe(false);
              tracker.open(offset, offset);
              model.open.add(offset);
            } else {
              expect(model.finished.has(offset)).toBe(true);
              tracker.skipTo(offset + 1);
            }
          } else if (step.kind === 'finish' && model.open.size > 0) {
            const offset = [...model.open][step.pick % model.open.size]!;
            tracker.finish(offset);
            model.open.delete(offset);
            model.finished.add(offset);
          } else if (step.kind === 'early') {
            const offset = tracker.next + step.ahead;
            tracker.finish(offset);
            model.finished.add(offset);
          }
          expect(tracker.watermark).toBe(model.watermark);
          expect(new Set(tracker.outstanding.keys())).toEqual(model.open);
          expect(tracker.next).toBeGreaterThanOrEqual(tracker.watermark);
          for (const { from, to } of tracker.done)
            for (let each = from; each < to; each += 1) expect(model.finished.has(each)).toBe(true);
          if (tracker.watermark !== watermark) expect(tracker.changes).toBeGreaterThan(changes);
        }
      }),
    );
  });

  it('begins above the offsets that are finished already', () => {
    const tracker = new PartitionTracker<null>({
      watermark: 10,
      done: [
        { from: 10, to: 15 },
        { from: 17, to: 18 },
      ],
      attempts: [],
    });
    expect([tracker.watermark, tracker.next]).toEqual([15, 15]);
    expect([15, 16, 17, 18].map((offset) => tracker.isNew(offset))).toEqual([true, true, false, true]);
  });

  it('keeps attempts with their offset until it is finished, and over a restart', () => {
    const tracker = new PartitionTracker<null>(start);
    tracker.open(10, null);
    tracker.open(11, null);
    tracker.noteAttempts(11, 2);
    tracker.noteAttempts(10, 1);
    tracker.noteAttempts(99, 5);
    expect(tracker.attempts).toEqual([
      { offset: 10, used: 1 },
      { offset: 11, used: 2 },
    ]);
    const again = new PartitionTracker<null>({ watermark: 10, done: [], attempts: tracker.attempts });
    expect(again.attemptsUsed(11)).toBe(2);
    tracker.finish(11);
    expect(tracker.attempts).toEqual([{ offset: 10, used: 1 }]);
  });

  it('ignores an outcome told twice or late', () => {
    const tracker = new PartitionTracker<null>(start);
    tracker.open(10, null);
    tracker.finish(10);
    const { changes } = tracker;
    tracker.finish(10);
    tracker.finish(3);
    expect(tracker.changes).toBe(changes);
    expect(tracker.watermark).toBe(11);
  });
});
