import { describe, expect, it } from '@jest/globals';
import { patchSchema, type PayloadPatch } from '@jobstream/contracts/rest';
import fc from 'fast-check';
import { applyPatch, PatchError } from './json-patch.js';
import { measureJson } from './json-size.js';

const endless = { bytes: Infinity, depth: Infinity };
const max = { bytes: 10_000, depth: 100 };
const apply = (document: unknown, ...patch: PayloadPatch) => applyPatch(document, patch, max);

describe('a JSON Patch', () => {
  // RFC 6902, appendix A: the successful ones.
  it.each<[string, unknown, PayloadPatch, unknown]>([
    ['A.1', { foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { baz: 'qux', foo: 'bar' }],
    ['A.2', { foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 1 }], { foo: ['bar', 1, 'baz'] }],
    ['A.3', { baz: 'qux', foo: 'bar' }, [{ op: 'remove', path: '/baz' }], { foo: 'bar' }],
    ['A.4', { foo: ['bar', 'qux', 'baz'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar', 'baz'] }],
    ['A.5', { baz: 'qux' }, [{ op: 'replace', path: '/baz', value: 'boo' }], { baz: 'boo' }],
    [
      'A.6',
      { foo: { bar: 'baz', waldo: 'fred' }, qux: {} },
      [{ op: 'move', from: '/foo/waldo', path: '/qux/thud' }],
      { foo: { bar: 'baz' }, qux: { thud: 'fred' } },
    ],
    [
      'A.7',
      { foo: ['all', 'grass', 'cows', 'eat'] },
      [{ op: 'move', from: '/foo/1', path: '/foo/3' }],
      { foo: ['all', 'cows', 'eat', 'grass'] },
    ],
    ['A.8', { a: [1, { b: 2 }] }, [{ op: 'test', path: '/a', value: [1, { b: 2 }] }], { a: [1, { b: 2 }] }],
    ['A.10', { foo: 1 }, [{ op: 'add', path: '/child', value: {} }], { foo: 1, child: {} }],
    ['A.14', { '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
    ['A.16', { foo: ['bar'] }, [{ op: 'add', path: '/foo/-', value: ['abc'] }], { foo: ['bar', ['abc']] }],
    ['copy', { a: [1] }, [{ op: 'copy', from: '/a', path: '/a/0' }], { a: [[1], 1] }],
    ['null is a value', { a: 1 }, [{ op: 'replace', path: '/a', value: null }], { a: null }],
    ['a move to its own place', { a: 1, b: 2 }, [{ op: 'move', from: '/a', path: '/a' }], { b: 2, a: 1 }],
  ])('is applied as the RFC says: %s', (_, document, patch, expected) => {
    expect(apply(document, ...patch)).toEqual(expected);
  });

  it.each<[string, unknown, PayloadPatch[number]]>([
    ['a missing place', { foo: 1 }, { op: 'add', path: '/baz/bat', value: 1 }],
    ['another value', { baz: 'qux' }, { op: 'test', path: '/baz', value: 'bar' }],
    ['another type', { a: [1] }, { op: 'test', path: '/a', value: { 0: 1 } }],
    ['nothing to remove', {}, { op: 'remove', path: '/a' }],
    ['nothing to replace', {}, { op: 'replace', path: '/a', value: 1 }],
    ['an index behind the end', { a: [1] }, { op: 'add', path: '/a/2', value: 1 }],
    ['an index with a leading zero', { a: [1, 2] }, { op: 'remove', path: '/a/01' }],
    ['the end where a value is needed', { a: [1] }, { op: 'remove', path: '/a/-' }],
    ['a value moved into itself', { a: { b: 1 } }, { op: 'move', from: '/a', path: '/a/b' }],
    ['a member of a text', { a: 'text' }, { op: 'add', path: '/a/x', value: 1 }],
    ['a character of a text', { a: 'text' }, { op: 'remove', path: '/a/0' }],
    ['the length of an array', { a: [1] }, { op: 'replace', path: '/a/length', value: 4_000_000_000 }],
    ['the length of an array', { a: [1] }, { op: 'remove', path: '/a/length' }],
    ['what an object inherits', { a: {} }, { op: 'copy', from: '/a/constructor', path: '/b' }],
    ['a payload that is none', null, { op: 'add', path: '/a', value: 1 }],
  ])('is refused: %s', (_, document, operation) => {
    expect(() => apply(document, operation)).toThrow(PatchError);
  });

  it('changes neither the document nor the patch', () => {
    const document = { a: { b: 1 } };
    const patch: PayloadPatch = [
      { op: 'add', path: '/c', value: { d: 1 } },
      { op: 'replace', path: '/c/d', value: 2 },
      { op: 'replace', path: '/a/b', value: 2 },
    ];
    expect(applyPatch(document, patch, max)).toEqual({ a: { b: 2 }, c: { d: 2 } });
    expect([document, patch[0]]).toEqual([{ a: { b: 1 } }, { op: 'add', path: '/c', value: { d: 1 } }]);
  });

  it('cannot copy a value into itself until it has more bytes than allowed', () => {
    const copies = Array.from({ length: 60 }, () => ({ op: 'copy', from: '/x', path: '/x/-' }) as const);
    expect(() => apply({ x: [0] }, ...copies)).toThrow(
      /^Operation 1\d of the patch can not be done.*10000 bytes/,
    );
  });

  it('cannot copy a value under itself until it nests deeper than allowed', () => {
    const deep = '/x'.repeat(30);
    const copies = Array.from({ length: 5 }, () => ({ op: 'copy', from: '/x', path: deep }) as const);
    const document = Array.from({ length: 31 }).reduce<unknown>((inner) => ({ x: inner }), 1);
    expect(() => apply(document, ...copies)).toThrow(/^Operation 2 .*100 levels deep/);
    const moves = { op: 'move', from: '/y', path: deep } as const;
    const other = Array.from({ length: 71 }).reduce<unknown>((inner) => [inner], 1);
    expect(() => apply({ ...(document as object), y: other }, moves)).toThrow(/^Operation 0 .*100 levels/);
  });

  it('cannot write the same bytes again and again', () => {
    const writes = Array.from({ length: 10 }, () => {
      return { op: 'replace', path: '/x', value: 'x'.repeat(9_000) } as const;
    });
    expect(() => apply({ x: '' }, ...writes)).toThrow(/^Operation 4 /);
  });

  it('may shrink a document that is too large, but not make it larger', () => {
    const large = { x: 'x'.repeat(20_000), y: 1 };
    expect(apply(large, { op: 'remove', path: '/x' })).toEqual({ y: 1 });
    expect(() => apply(large, { op: 'add', path: '/z', value: 1 })).toThrow(/20015 bytes/);
  });

  it('compares arrays of thousands of elements quickly', () => {
    const numbers = Array.from({ length: 4_000 }, (_, index) => index);
    const reversed = numbers.toReversed();
    const room = { bytes: 100_000, depth: 10 };
    expect(() => applyPatch({ numbers }, [{ op: 'test', path: '/numbers', value: reversed }], room)).toThrow(
      PatchError,
    );
  });

  it('is applied within the bounds or refused with a reason, whatever it is', () => {
    const bounds = { bytes: 300, depth: 5 };
    const name = fc.constantFrom('a', 'b', '0', '1', '-', 'length', 'constructor', 'toString', '~0', '');
    const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`);
    const value = fc.jsonValue({ maxDepth: 3 });
    const operation = fc.oneof(
      fc.record({ op: fc.constantFrom('add', 'replace', 'test'), path, value }),
      fc.record({ op: fc.constant('remove'), path }),
      fc.record({ op: fc.constantFrom('move', 'copy'), from: path, path }),
    );
    const document = fc.record({ a: value, b: fc.array(value, { maxLength: 5 }) });
    fc.assert(
      fc.property(document, fc.array(operation, { minLength: 1, maxLength: 20 }), (given, operations) => {
        const patch = patchSchema.parse(operations);
        try {
          const patched = applyPatch(given, patch, bounds);
          const bytes = Math.max(measureJson(given, endless)!.bytes, bounds.bytes);
          expect(Buffer.byteLength(JSON.stringify(patched))).toBeLessThanOrEqual(bytes);
          expect(measureJson(patched, { ...bounds, bytes })).toBeDefined();
        } catch (error) {
          expect(error).toBeInstanceOf(PatchError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
