import { describe, expect, it } from '@jest/globals';
import { ProblemError } from '../http/problem-error.js';
import { readFilter } from './filter-query.js';

const clock = { now: () => 10_000_000 };

function faultsOf(text: string): unknown {
  try {
    readFilter(text, clock);
  } catch (error) {
    if (error instanceof ProblemError) return error.details.errors;
  }
  return undefined;
}

describe('the filter of a query', () => {
  it('has moments in place of times that count back from now, by the clock that it is given', () => {
    expect(readFilter('since:1h', clock)).toEqual([
      { field: 'since', isNot: false, values: [{ kind: 'time', ms: 10_000_000 - 3_600_000 }] },
    ]);
  });

  it('does not ask the clock, which may be unknown, when no time counts back from now', () => {
    const unknown = {
      now: (): number => {
        throw new Error('The clock is unknown.');
      },
    };
    expect(readFilter('state:running since:2026-01-31', unknown)).toHaveLength(2);
  });

  it('names the nearest fields for one that there is not', () => {
    expect(faultsOf('state:running qeue:image')).toEqual([
      { pointer: '/q', detail: 'Column 15: There is no field qeue. Did you mean queue?' },
    ]);
  });

  it('names all fields for a name that is near to none, and repeats no more of it than is needed', () => {
    const [fault] = faultsOf(`${'x'.repeat(3_000)}:1`) as { detail: string }[];
    expect(fault!.detail.length).toBeLessThan(500);
    expect(fault!.detail).toContain('The fields are state, queue, type');
  });
});
