import { describe, expect, it } from '@jest/globals';
import { findInexactNumbers } from '@jobstream/contracts';
import fc from 'fast-check';
import { scanJson } from './json-scan.js';

const scan = (json: string) => scanJson(Buffer.from(json));

describe('the scan of a JSON text', () => {
  it.each([
    ['{"items":[]}', 1],
    ['{"items":[{}]}', 1],
    ['{"items":[{"a":[1,2,3]},[[],[],[]],"a,b"]}', 3],
    ['{"x":{"a":1,"b":2,"c":3},"items":[1,2]}', 2],
    ['{"items":[1,2,3],"more":[1]}', 3],
    ['[[1,2],[3]]', 2],
    ['{"a":1,"b":2}', 0],
    ['7', 0],
  ])('counts the items of %s', (json, items) => {
    expect(scan(json).items).toBe(items);
  });

  it('stops as soon as a bound is exceeded', () => {
    const most = { depth: 3, values: 8, items: 2 };
    const bounded = (json: string) => scanJson(Buffer.from(json), most);
    expect(bounded('{"items":[1,2,3,4,12345678901234567890]}')).toMatchObject({
      items: 3,
      hasInexactNumber: false,
    });
    expect(bounded('[[[[[[[[')).toMatchObject({ depth: 4 });
    expect(bounded(`{"a":{${'"a":1,'.repeat(100)}`)).toMatchObject({ values: 9, items: 0 });
  });

  it('agrees with the parser on any JSON', () => {
    const number = fc.constantFrom(
      '1',
      '-0.5',
      '1e400',
      '12345678901234567890',
      '1.5e-7',
      '1e-400',
      '9007199254740993',
    );
    const text = fc.string().map((value) => JSON.stringify(value));
    const { value } = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom('true', 'false', 'null'),
        number,
        text,
        fc.array(tie('value'), { maxLength: 4 }).map((parts) => `[${parts.join(' , ')}]`),
        fc
          .array(fc.tuple(text, tie('value')), { maxLength: 4 })
          .map((members) => `{ ${members.map((member) => member.join(':')).join(',')} }`),
      ),
    }));
    fc.assert(
      fc.property(value, (json) => {
        const { depth, values, hasInexactNumber } = scan(json);
        const measured = measure(JSON.parse(json));
        // Members of the same name are one once they are parsed.
        expect(depth).toBeGreaterThanOrEqual(measured.depth);
        expect(values).toBeGreaterThanOrEqual(measured.values);
        expect(hasInexactNumber).toBe(findInexactNumbers(json).length > 0);
      }),
      { numRuns: 500 },
    );
  });

  it('finds every number that is not held exactly, in any notation', () => {
    const digits = fc.stringMatching(/^(0|[1-9]\d{0,25})$/);
    const fraction = fc.stringMatching(/^\.\d{1,25}$/);
    const exponent = fc.stringMatching(/^[eE][+-]?\d{1,4}$/);
    const optional = (part: fc.Arbitrary<string>) => fc.oneof(fc.constant(''), part);
    const literal = fc
      .tuple(optional(fc.constant('-')), digits, optional(fraction), optional(exponent))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(literal, (number) => {
        expect(scan(`[${number}]`).hasInexactNumber).toBe(findInexactNumbers(number).length > 0);
      }),
      { numRuns: 2_000 },
    );
    for (const long of [`${'9'.repeat(350)}.5`, `0.${'0'.repeat(350)}1`, `${'9'.repeat(250)}e90`])
      expect(scan(long).hasInexactNumber).toBe(true);
  });

  it('ends on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void scanJson(Buffer.from(bytes))));
    for (const text of ['"', '"\\', '-', '{"', '1e', ']]]', '[,,,']) expect(scan(text)).toBeDefined();
  });
});

function measure(value: unknown): { depth: number; values: number } {
  if (typeof value !== 'object' || value === null) return { depth: 0, values: 1 };
  const parts = Object.values(value).map(measure);
  return {
    depth: 1 + Math.max(0, ...parts.map(({ depth }) => depth)),
    values: 1 + parts.reduce((sum, { values }) => sum + values, 0),
  };
}
