import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findCycle } from './flow-graph.js';

describe('the search for a cycle', () => {
  it('finds none in a chain, a diamond, and jobs without waits', () => {
    expect(findCycle([[], [0], [1]])).toBeUndefined();
    expect(findCycle([[], [0], [0], [1, 2]])).toBeUndefined();
    expect(findCycle([[], [], []])).toBeUndefined();
  });

  it('finds a job that waits for itself', () => {
    expect(findCycle([[], [1]])).toEqual([1]);
  });

  it('names only those that wait for each other', () => {
    expect(findCycle([[1], [2], [3], [1], []])).toEqual([1, 2, 3]);
  });

  it('finds none where all wait for earlier ones, whatever they are', () => {
    const acyclic = fc
      .array(fc.array(fc.nat(), { maxLength: 5 }), { maxLength: 50 })
      .map((lists) =>
        lists.map((waits, index) => (index === 0 ? [] : [...new Set(waits.map((wait) => wait % index))])),
      );
    fc.assert(fc.property(acyclic, (after) => expect(findCycle(after)).toBeUndefined()));
  });

  it('finds one in 10,000 jobs in a ring', () => {
    const ring = Array.from({ length: 10_000 }, (_, index) => [(index + 1) % 10_000]);
    expect(findCycle(ring)).toHaveLength(10_000);
  });
});
