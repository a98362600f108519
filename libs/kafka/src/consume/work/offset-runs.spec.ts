import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OffsetRuns } from './offset-runs.js';

const anyRun = fc.record({ from: fc.integer({ min: 0, max: 60 }), length: fc.integer({ min: 0, max: 8 }) });

describe('OffsetRuns', () => {
  it('holds exactly the offsets added, as the fewest runs', () => {
    fc.assert(
      fc.property(fc.array(anyRun, { maxLength: 40 }), fc.integer({ min: 0, max: 80 }), (added, cut) => {
        const runs = new OffsetRuns();
        const model = new Set<number>();
        for (const { from, length } of added) {
          runs.add(from, from + length);
          for (let offset = from; offset < from + length; offset += 1) model.add(offset);
        }
        for (let offset = 0; offset < 80; offset += 1) expect(runs.has(offset)).toBe(model.has(offset));
        expect(runs.count).toBe(model.size);
        runs.runs.forEach((run, index) => {
          expect(run.to).toBeGreaterThan(run.from);
          if (index > 0) expect(run.from).toBeGreaterThan(runs.runs[index - 1]!.to);
        });

        let firstMissing = cut;
        while (model.has(firstMissing)) firstMissing += 1;
        expect(runs.cutBelow(cut)).toBe(firstMissing);
        for (let offset = firstMissing; offset < 80; offset += 1)
          expect(runs.has(offset)).toBe(model.has(offset));
        expect(runs.runs.every(({ from }) => from > firstMissing)).toBe(true);
      }),
    );
  });
});
