import { describe, expect, it } from '@jest/globals';
import { differencesOf, textDifferenceOf } from './json-difference.js';

describe('the differences of two JSON values', () => {
  it('name each field that was added, removed or changed, however deep', () => {
    const before = { same: [1, { a: null }], old: null, deep: { 'a/b~c': { x: 1, y: 1 } } };
    const after = { same: [1, { a: null }], deep: { 'a/b~c': { x: 2, y: 1 } }, fresh: null };
    expect(differencesOf(before, after)).toEqual([
      { path: '/old', before: null },
      { path: '/deep/a~1b~0c/x', before: 1, after: 2 },
      { path: '/fresh', after: null },
    ]);
  });

  it('compare arrays item by item, and name what one of them has more', () => {
    expect(differencesOf([1, 2, 3], [1, 9])).toEqual([
      { path: '/1', before: 2, after: 9 },
      { path: '/2', before: 3 },
    ]);
    expect(differencesOf([], [[]])).toEqual([{ path: '/0', after: [] }]);
  });

  it('are the whole value where it became of another kind', () => {
    for (const [before, after] of [
      [{}, []],
      [null, {}],
      [1, '1'],
      [0, false],
      ['', null],
    ])
      expect(differencesOf(before, after)).toEqual([{ path: '', before, after }]);
  });

  it('are none of equal values, and tell large numbers apart', () => {
    for (const value of [null, 'ü', 0.1, [], {}, { a: [{ b: [null, 9_007_199_254_740_991] }] }])
      expect(differencesOf(value, structuredClone(value))).toEqual([]);
    expect(differencesOf(9_007_199_254_740_991, 9_007_199_254_740_990)).toHaveLength(1);
  });

  it('know a field that objects have from birth from one that is given', () => {
    const given = JSON.parse('{"__proto__": 1, "constructor": 2}') as object;
    expect(differencesOf({}, given)).toEqual([
      { path: '/__proto__', after: 1 },
      { path: '/constructor', after: 2 },
    ]);
  });
});

describe('the difference of two texts', () => {
  it.each([
    ['width 0 px', 'width 128 px', ['width ', '0', '128', ' px']],
    ['same', 'same', ['same', '', '', '']],
    ['', 'new', ['', '', 'new', '']],
    ['aa', 'a', ['a', 'a', '', '']],
    ['a😀b', 'a😁b', ['a', '😀', '😁', 'b']],
  ])('of %j and %j is what lies between what they share', (before, after, [start, old, made, end]) => {
    expect(textDifferenceOf(before, after)).toEqual({ start, before: old, after: made, end });
  });
});
