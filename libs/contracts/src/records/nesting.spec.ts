import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nestsDeeper } from './nesting.js';

const arrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('nestsDeeper', () => {
  it.each([
    ['arrays', arrays],
    ['objects', objects],
  ])('counts nested %s', (_, nested) => {
    expect(nestsDeeper(nested(7), 7)).toBe(false);
    expect(nestsDeeper(nested(8), 7)).toBe(true);
    expect(nestsDeeper(nested(200_000), 1_000)).toBe(true);
  });

  it('finds the deepest place of any JSON, as text and as bytes, and ignores brackets in strings', () => {
    const text = fc.string({ unit: fc.constantFrom('[', '{', '"', '\\', 'ü', 'x', '\n') });
    const json = fc.jsonValue({ maxDepth: 6, stringUnit: fc.constantFrom('[', ']', '"', '\\', 'é') });
    fc.assert(
      fc.property(json, text, fc.nat(6), (value, name, most) => {
        const whole = { [name]: value };
        const written = JSON.stringify(whole);
        expect(nestsDeeper(written, most)).toBe(depthOf(whole) > most);
        expect(nestsDeeper(Buffer.from(written), most)).toBe(depthOf(whole) > most);
      }),
    );
  });
});
