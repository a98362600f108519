import { describe, expect, it } from '@jest/globals';
import { nestsDeeper } from './nesting.js';

const arrays = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
const objects = (depth: number): unknown => JSON.parse('{"a":'.repeat(depth) + '1' + '}'.repeat(depth));

describe('nestsDeeper', () => {
  it.each([
    ['arrays', arrays],
    ['objects', objects],
  ])('counts %s that lie in each other', (_, nested) => {
    expect(nestsDeeper(nested(7), 7)).toBe(false);
    expect(nestsDeeper(nested(8), 7)).toBe(true);
  });

  it('finds the deepest place, wherever it is', () => {
    expect(nestsDeeper([1, { a: [], b: { c: [[]] } }, 'x'], 5)).toBe(false);
    expect(nestsDeeper([1, { a: [], b: { c: [[]] } }, 'x'], 4)).toBe(true);
  });

  it('takes plain values and their absence for flat', () => {
    for (const flat of [null, undefined, 1, '[[[', true]) expect(nestsDeeper(flat, 0)).toBe(false);
  });

  it('answers for values too deep to be written', () => {
    expect(nestsDeeper(objects(200_000), 1_000)).toBe(true);
  });
});
