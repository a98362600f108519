import { describe, expect, it } from '@jest/globals';
import { describeTypes } from './type-faults.js';

const fault = (file: string, line = 7) => ({ file, line, column: 3, message: `Wrong. (TS2322)` });
const nothing = new Set<string>();

describe('what is told of the types', () => {
  it('is file, line and message first, then how many there are', () => {
    expect(describeTypes({ faults: [fault('apps/a.ts'), fault('libs/b.ts', 9)] }, nothing)).toBe(
      'apps/a.ts:7:3 Wrong. (TS2322)\nlibs/b.ts:9:3 Wrong. (TS2322)\ntypes: 2 errors',
    );
    expect(describeTypes({ faults: [fault('apps/a.ts')] }, nothing)).toMatch(/^apps.*\ntypes: 1 error$/);
    expect(describeTypes({ faults: [] }, nothing)).toBe('types: no errors');
  });

  it('is not what has been told of a file whose syntax is wrong', () => {
    const faults = [fault('apps/a.ts'), fault('libs/b.ts')];
    expect(describeTypes({ faults }, new Set(['apps/a.ts']))).toBe(
      'libs/b.ts:7:3 Wrong. (TS2322)\ntypes: 1 error',
    );
    expect(describeTypes({ faults }, new Set(['apps/a.ts', 'libs/b.ts']))).toBeUndefined();
  });

  it('is the first twenty of very many', () => {
    const faults = Array.from({ length: 3_000 }, (_, nth) => fault('apps/a.ts', nth));
    const lines = describeTypes({ faults }, nothing)!.split('\n');
    expect(lines).toHaveLength(21);
    expect(lines.at(-1)).toBe('types: 3000 errors, 2980 of them not shown');
  });
});
