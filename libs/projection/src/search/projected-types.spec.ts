import { describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { isNew, noBound, searchAfter } from './projected-types.js';

const [earlier, later] = [new Date(1_000), new Date(2_000)];
const declaration = (publishedAt: Date, ...paths: string[]) => ({
  type: 'image.thumbnail',
  paths,
  publishedAt,
});
const standing = (declaredAt: Date | null, ...paths: string[]) => ({
  type: 'image.thumbnail',
  declaredAt,
  search: Object.fromEntries(paths.map((path) => [path, noBound])),
});

describe('a declaration of what is searched', () => {
  it('is new for a type that nobody has declared, unless it says nothing', () => {
    expect(isNew(declaration(later, 'imageId'), undefined)).toBe(true);
    expect(isNew(declaration(later, 'imageId'), standing(null))).toBe(true);
    expect(isNew(declaration(later), undefined)).toBe(false);
    expect(isNew(declaration(later), standing(null))).toBe(false);
  });

  it('is new where its paths are others than before, in any order', () => {
    expect(isNew(declaration(later, 'a', 'b'), standing(earlier, 'b', 'a'))).toBe(false);
    expect(isNew(declaration(later, 'a', 'b'), standing(earlier, 'a'))).toBe(true);
    expect(isNew(declaration(later, 'a'), standing(earlier, 'b'))).toBe(true);
    expect(isNew(declaration(later), standing(earlier, 'b'))).toBe(true);
  });

  it('does not put back what a later publication has changed', () => {
    expect(isNew(declaration(earlier, 'a'), standing(later, 'b'))).toBe(false);
    expect(isNew(declaration(later, 'a'), standing(later, 'b'))).toBe(false);
  });

  it('keeps the bounds of paths that stay, and forgets those that go', () => {
    const [first, second] = [newJobId(), newJobId()];
    const before = searchAfter({}, ['a', 'b'], first);
    expect(searchAfter(before, ['b', 'c'], second)).toEqual({ b: first, c: second });
    // A path that comes back is as new as any: nobody wrote its entries meanwhile.
    expect(searchAfter(searchAfter(before, ['b'], first), ['a', 'b'], second)).toEqual({
      a: second,
      b: first,
    });
  });
});
