import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findInexactNumbers, isExact } from './inexact-numbers.js';

describe('a number of a JSON text', () => {
  it.each([
    '0',
    '-0',
    '0.0',
    '0e5',
    '-0.000e-999',
    '1',
    '-1',
    '0.1',
    '1.5e3',
    '1E5',
    '1e22',
    '1e23',
    '5e-324',
    '9007199254740991',
    '-9007199254740991',
    '9007199254740992',
    '9007199254740994',
    // Decimals are rounded, as everywhere; only what is written as a whole number has to be one.
    '0.12345678901234567890',
    '12345678901234567890.5',
    '1.2345678901234567890e19',
    '3.141592653589793',
    '10000000000000000000',
    '1e308',
    '1.7976931348623157e308',
    `1${'0'.repeat(22)}`,
  ])('passes as %s', (literal) => {
    expect(isExact(literal)).toBe(true);
    expect(findInexactNumbers(literal)).toEqual([]);
  });

  it.each([
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890',
    `1${'0'.repeat(23)}`,
    '1e309',
    '-1e400',
    '1E+999',
    `1${'0'.repeat(400)}`,
    `1${'0'.repeat(400)}.5`,
    '1.8e308',
    '1e-400',
    '-4e-325',
    `0.${'0'.repeat(400)}1`,
    '2.4703282292062327e-324',
  ])('is a fault as %s', (literal) => {
    expect(isExact(literal)).toBe(false);
    expect(findInexactNumbers(literal)).toEqual([{ pointer: '', detail: expect.stringContaining('string') }]);
  });

  it('passes as a whole number when it is kept exactly, or printed with the same digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (number) => {
        const held = Number(number);
        expect(isExact(String(number))).toBe(BigInt(held) === number || String(held) === String(number));
      }),
    );
  });

  it('passes in the form in which JavaScript writes it', () => {
    const any = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(fc.property(any, (number) => expect(findInexactNumbers(JSON.stringify([number]))).toEqual([])));
    expect(isExact(JSON.stringify(2 ** 60))).toBe(true);
  });
});

describe('the inexact numbers of a JSON text', () => {
  it('are found with their paths, in any surroundings', () => {
    const json = `{"a": [1, {"b/~\\u0063\\"": 1e400}, "1e400", [[], {}, -12345678901234567890]], "x": true ,
      "1e400": null, "": {"": 12345678901234567890}, "e": 9007199254740993}`;
    expect(findInexactNumbers(json).map(({ pointer }) => pointer)).toEqual([
      '/a/1/b~1~0c"',
      '/a/3/2',
      '//',
      '/e',
    ]);
  });

  it('are listed with the number that they would become', () => {
    const [whole, large, small] = findInexactNumbers('[9007199254740993, 1e400, 1e-400]');
    expect(whole!.detail).toBe(
      '9007199254740993 would become 9007199254740992: whole numbers are exact to ±9007199254740991. Send it as a string.',
    );
    expect(large!.detail).toContain('1e400 is beyond the largest number');
    expect(small!.detail).toContain('become 0');
    const [long] = findInexactNumbers(`[${'9'.repeat(5_000)}]`);
    expect(long!.detail.length).toBeLessThan(150);
  });

  it('are listed up to a hundred, with a count of the rest', () => {
    const faults = findInexactNumbers(`[${Array(10_000).fill('1e999').join(',')}]`);
    expect(faults).toHaveLength(100);
    expect(faults.at(-1)!.detail).toContain('9901 more');
  });

  it('are found exactly where a test put them, in any JSON', () => {
    const mark = 2 ** 60;
    const leaf = fc.oneof(
      fc.constant(mark),
      fc.string(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 3 }), (given, indent) => {
        const json = JSON.stringify(given, undefined, indent).replaceAll(`${mark}`, `${mark}1`);
        const expected = pointersOf(JSON.parse(json), Number(`${mark}1`));
        const found = findInexactNumbers(json).map(({ pointer }) => pointer);
        expect(found.toSorted()).toEqual(expected.toSorted());
      }),
    );
  });
});

function pointersOf(value: unknown, wanted: number, at = ''): string[] {
  if (value === wanted) return [at];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    pointersOf(part, wanted, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
