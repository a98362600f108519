import { describe, expect, it } from '@jest/globals';
import { searchKey, searchKeysOf } from './search-key.js';

const keysOf = (payload: unknown, ...paths: string[]) => searchKeysOf(JSON.stringify(payload), paths);

describe('the keys of a payload', () => {
  it('are of its values as filters write them', () => {
    const payload = { image: { id: 'cat' }, pages: 12, price: 1e21, isDraft: false };
    expect(keysOf(payload, 'image.id', 'pages', 'price', 'isDraft')).toEqual([
      searchKey('image.id', 'cat'),
      searchKey('pages', '12'),
      searchKey('price', '1e+21'),
      searchKey('isDraft', 'false'),
    ]);
  });

  it.each([[{ a: null }], [{ a: [1] }], [{ a: { b: 1 } }], [{}], ['a'], [null], [[1]]])(
    'are none where %j has no single value at the path',
    (payload) => {
      expect(keysOf(payload, 'a')).toEqual([]);
    },
  );

  it('tell apart the paths and the values, and are numbers that a bigint holds', () => {
    const keys = [searchKey('a', 'b'), searchKey('b', 'a'), searchKey('a', ''), searchKey('a', 'c')];
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(BigInt.asIntN(64, BigInt(key)).toString()).toBe(key);
  });

  it('take of a long value what filters compare, in characters', () => {
    const long = '🙂'.repeat(999) + 'xy';
    expect(keysOf({ a: long }, 'a')).toEqual([searchKey('a', `${'🙂'.repeat(999)}x`)]);
    expect(keysOf({ a: `${'🙂'.repeat(999)}x` }, 'a')).toEqual(keysOf({ a: long }, 'a'));
  });

  it('leave out what Postgres can not compare, and keep an escaped backslash', () => {
    expect(keysOf({ a: 'zero\0byte \ud83d', b: '\\u0000' }, 'a', 'b')).toEqual([
      searchKey('a', 'zerobyte '),
      searchKey('b', '\\u0000'),
    ]);
  });
});
