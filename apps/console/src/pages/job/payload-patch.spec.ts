import { describe, expect, it } from '@jest/globals';
import { patchOf } from './payload-patch.js';

describe('the patch between two payloads', () => {
  it('names each field that was added, removed or changed, however deep', () => {
    const before = { width: 0, keep: [1, { a: 2 }], old: true, 'a/b~c': { x: 1, y: 1 } };
    const after = { width: 128, keep: [1, { a: 2 }], 'a/b~c': { x: 2, y: 1 }, fresh: null };
    expect(patchOf(before, after)).toEqual({
      patch: [
        { op: 'remove', path: '/old' },
        { op: 'replace', path: '/width', value: 128 },
        { op: 'replace', path: '/a~1b~0c/x', value: 2 },
        { op: 'add', path: '/fresh', value: null },
      ],
    });
  });

  it('replaces an array that changed, and a value that became of another kind', () => {
    expect(patchOf({ a: [1, 2], b: {}, c: 1 }, { a: [1], b: [], c: '1' })).toEqual({
      patch: [
        { op: 'replace', path: '/a', value: [1] },
        { op: 'replace', path: '/b', value: [] },
        { op: 'replace', path: '/c', value: '1' },
      ],
    });
  });

  it('is empty where nothing changed', () => {
    expect(patchOf({ a: [{ b: 1 }] }, { a: [{ b: 1 }] })).toEqual({ patch: [] });
    expect(patchOf('text', 'text')).toEqual({ patch: [] });
  });

  it('is none where the payload is no object', () => {
    for (const [before, after] of [
      [{}, []],
      ['a', 'b'],
      [null, {}],
    ])
      expect(patchOf(before, after)).toHaveProperty('fault');
  });
});
