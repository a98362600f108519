import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { filterFields, type FilterField, type FilterFieldRule } from './filter-fields.js';
import { formatFilter, writeFilterText } from './format-filter.js';
import type { FilterTerm, FilterValue } from './job-filter.js';
import { parseFilter } from './parse-filter.js';

const id = '01a20495-2546-7ab4-9119-1338e5675ed4';

const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom('*', '"', '\\', ',', ' ', '-', '>', ':'),
    ),
    {
      maxLength: 5,
    },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));
const wildTexts: fc.Arbitrary<FilterValue> = fc.array(texts, { minLength: 1, maxLength: 4 }).map((parts) => ({
  kind: 'text',
  parts: parts.filter((part, at) => part !== '' || at === 0 || at === parts.length - 1),
}));
const numbers: fc.Arbitrary<FilterValue> = fc.record({
  kind: fc.constant('number' as const),
  is: fc.constantFrom('=' as const, '>' as const, '>=' as const, '<' as const, '<=' as const),
  number: fc.nat(999_999_999),
});
const times: fc.Arbitrary<FilterValue> = fc.oneof(
  fc.record({ kind: fc.constant('time' as const), ms: fc.nat(4_000_000_000_000) }),
  fc.record({ kind: fc.constant('ago' as const), ms: fc.nat(999_999) }),
);

function valuesOf(rule: FilterFieldRule): fc.Arbitrary<FilterValue> {
  const exact = (words: readonly string[]) =>
    fc.constantFrom(...words).map((word): FilterValue => ({ kind: 'text', parts: [word] }));
  switch (rule.kind) {
    case 'word':
      return exact(rule.words!);
    case 'id':
      return exact([id, '00000000-0000-0000-0000-000000000000']);
    case 'text':
      return wildTexts;
    case 'number':
    case 'took':
      return numbers;
    case 'time':
      return times;
  }
}

const terms: fc.Arbitrary<FilterTerm> = fc
  .constantFrom(...(Object.keys(filterFields) as FilterField[]))
  .chain((field) => {
    const isTime = filterFields[field].kind === 'time';
    return fc.record({
      field: fc.constant(field),
      ...(field === 'payload' && { path: fc.constantFrom('imageId', 'a.b.0', 'größe') }),
      isNot: isTime ? fc.constant(false) : fc.boolean(),
      values: fc.array(valuesOf(filterFields[field]), { minLength: 1, maxLength: isTime ? 1 : 3 }),
    });
  });

describe('a filter', () => {
  it('reads as the same terms when it is written again, whatever its values hold', () => {
    fc.assert(
      fc.property(fc.array(terms, { maxLength: 8 }), (all) => {
        expect(parseFilter(formatFilter(all))).toEqual({ terms: all, faults: [] });
      }),
      { numRuns: 2_000 },
    );
  });

  it('is read or refused at a column within it, whatever the text is', () => {
    const pieces = fc.constantFrom(
      'state:',
      'running',
      '-',
      '"',
      '\\',
      ',',
      ' ',
      '*',
      'run:>',
      '1',
      ':',
      'payload.',
      'took:>3s',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const { terms: read, faults } = parseFilter(text);
        if (faults.length > 0) expect(read).toEqual([]);
        else expect(parseFilter(formatFilter(read))).toEqual({ terms: read, faults: [] });
        for (const { column } of faults) {
          expect(column).toBeGreaterThanOrEqual(1);
          expect(column).toBeLessThanOrEqual(text.length + 1);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('has terms of every kind', () => {
    const text =
      'state:dead_lettered,expired -queue:probe type:image.* message:"*time out*" payload.imageId:cat run:>1 took:>30s since:2h';
    expect(parseFilter(text)).toEqual({
      terms: [
        {
          field: 'state',
          isNot: false,
          values: [
            { kind: 'text', parts: ['dead_lettered'] },
            { kind: 'text', parts: ['expired'] },
          ],
        },
        { field: 'queue', isNot: true, values: [{ kind: 'text', parts: ['probe'] }] },
        { field: 'type', isNot: false, values: [{ kind: 'text', parts: ['image.', ''] }] },
        { field: 'message', isNot: false, values: [{ kind: 'text', parts: ['', 'time out', ''] }] },
        { field: 'payload', path: 'imageId', isNot: false, values: [{ kind: 'text', parts: ['cat'] }] },
        { field: 'run', isNot: false, values: [{ kind: 'number', is: '>', number: 1 }] },
        { field: 'took', isNot: false, values: [{ kind: 'number', is: '>', number: 30_000 }] },
        { field: 'since', isNot: false, values: [{ kind: 'ago', ms: 7_200_000 }] },
      ],
      faults: [],
    });
    expect(formatFilter(parseFilter(text).terms)).toBe(text);
  });

  it('takes a star after a backslash as a star', () => {
    expect(parseFilter('for:a\\*b').terms[0]!.values).toEqual([{ kind: 'text', parts: ['a*b'] }]);
    expect(writeFilterText('a*b')).toBe('"a\\*b"');
  });

  it.each([
    ['cat', 1, 'Write a field, a colon and a value'],
    ['state:running cat', 15, 'Write a field, a colon and a value'],
    ['state:running -', 15, 'Write a field, a colon and a value'],
    ['stat:running', 1, 'There is no field stat.'],
    ['-stat:running', 2, 'There is no field stat.'],
    ['constructor:x', 1, 'There is no field constructor.'],
    ['payload:cat', 1, 'Write the path of a field'],
    ['payload.a..b:cat', 1, 'Write the path of a field'],
    ['queue.name:cat', 1, 'Only payload has fields of its own'],
    ['type:', 6, 'Write a value here'],
    ['type:a,', 8, 'Write a value here'],
    ['state:done', 7, '"done" is none of'],
    ['state:running,done', 15, '"done" is none of'],
    ['state:run*', 7, 'Write state without *'],
    ['reason:late', 8, '"late" is none of'],
    ['run:many', 5, 'Write a whole number'],
    ['run:>', 5, 'Write a whole number'],
    ['attempt:1.5', 9, 'Write a whole number'],
    ['took:30', 6, 'Write a comparison and a length of time'],
    ['since:soon', 7, 'Write how long ago'],
    ['since:2026-13-01', 7, 'Write how long ago'],
    ['-since:2h', 2, 'Give since one time'],
    ['since:2h,3h', 1, 'Give since one time'],
    ['id:17', 4, '"17" is not an id'],
    ['for:"ada', 5, 'Close the quotes'],
    ['for:"ada"x', 10, 'Put a space or a comma'],
    ['for:a"da', 6, 'Put the whole value in quotes'],
    ['for:a\0', 5, 'Leave out NUL'],
    ['for:\ud800', 5, 'Leave out NUL'],
    [`for:${'x'.repeat(3_997)}`, 4_001, 'at most 4000 characters'],
    ['run:1 '.repeat(51), 301, 'at most 50 terms'],
    [`run:${Array(201).fill('1').join(',')}`, 1, 'at most 200 values'],
  ])('says of %j that column %i is wrong: %s', (text, column, detail) => {
    expect(parseFilter(text)).toEqual({
      terms: [],
      faults: [expect.objectContaining({ column, detail: expect.stringContaining(detail) })],
    });
  });

  it('tells the faults of several terms at once', () => {
    expect(parseFilter('run:x state:y').faults.map(({ column }) => column)).toEqual([5, 13]);
  });
});
