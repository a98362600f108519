import { describe, expect, it } from '@jest/globals';
import { expectedOf, type Refusal } from './first-look.js';

const look = {
  matched: 5,
  changed: 3,
  skipped: { parked: 1, unfinished: 1 },
  failed: 0,
  faults: [],
  complete: true,
};
const refusal: Refusal = { code: 'nothing_to_do', none: 'No job meets the filter.', things: 'jobs' };

describe('a first look', () => {
  it('tells how many jobs are expected, and no more than the cap', () => {
    expect(expectedOf(look, {}, refusal)).toBe(3);
    expect(expectedOf(look, { cap: 2 }, refusal)).toBe(2);
  });

  it('tells nothing where there are too many to count, even if none has been found so far', () => {
    expect(expectedOf({ ...look, changed: 0, complete: false }, {}, refusal)).toBeNull();
  });

  it('refuses what would change nothing, and says why', () => {
    expect(() => expectedOf({ ...look, matched: 0, changed: 0, skipped: {} }, {}, refusal)).toThrow(
      'No job meets the filter.',
    );
    expect(() => expectedOf({ ...look, matched: 2, changed: 0 }, {}, refusal)).toThrow(
      'None of the 2 jobs that meet the filter would run again: 1 parked, 1 unfinished.',
    );
  });

  it('refuses a patch that breaks payloads, with the fault of each, but not a job that fails without a patch', () => {
    const broken = { ...look, failed: 1, faults: [{ id: 'a', detail: 'It has no width.' }] };
    const patch = [{ op: 'remove' as const, path: '/width' }];
    expect(() => expectedOf(broken, { patch }, refusal)).toThrow(
      expect.objectContaining({
        code: 'patch_breaks_schema',
        details: { errors: [{ pointer: '/patch', detail: 'Job a: It has no width.' }] },
      }),
    );
    expect(expectedOf(broken, {}, refusal)).toBe(3);
  });
});
