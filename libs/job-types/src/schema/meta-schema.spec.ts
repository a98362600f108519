import { describe, expect, it } from '@jest/globals';
import { exampleOf } from './example.js';
import { faultsOfSchema } from './meta-schema.js';
import { PayloadCheck } from './payload-check.js';
import { maxSchemaBytes, unboundedPatterns, withoutUnboundedPatterns } from './schema-faults.js';

let deep: object = {};
for (let level = 0; level < 100; level += 1) deep = { items: deep };

describe('faultsOfSchema', () => {
  it.each([
    ['no object', 'text', ''],
    ['an unknown type', { type: 'strin' }, '/type'],
    ['a bound that is no number', { properties: { a: { minimum: 'x' } } }, '/properties/a/minimum'],
    ['a property that is no schema', { properties: { a: 5 } }, '/properties/a'],
    ['a remote reference', { $ref: 'https://example.com/schema.json' }, '/$ref'],
    ['a reference to a file', { items: { $ref: 'other.json' } }, '/items/$ref'],
    ['a reference into properties', { $ref: '#/properties/a', properties: { a: {} } }, '/$ref'],
    ['a reference to nothing', { $ref: '#/$defs/none' }, ''],
    ['a dynamic reference', { $dynamicRef: '#node' }, '/$dynamicRef'],
    ['another draft', { $schema: 'http://json-schema.org/draft-07/schema#' }, '/$schema'],
    ['unique items without a bound', { type: 'array', uniqueItems: true }, '/uniqueItems'],
    ['a name of its own below', { properties: { a: { $id: 'x' } } }, '/properties/a/$id'],
    ['too many bytes', { description: 'x'.repeat(maxSchemaBytes) }, ''],
  ])('refuses %s, and says where', (_, schema, pointer) => {
    expect(faultsOfSchema(schema, '/p').map((fault) => fault.pointer)).toContain(`/p${pointer}`);
  });

  it('refuses a schema that nests too deeply', () => {
    expect(faultsOfSchema(deep)).toMatchObject([{ detail: 'A schema nests at most 64 levels deep.' }]);
  });

  it('does not take data for schemas', () => {
    const schema = {
      const: { $ref: 'x' },
      properties: { $ref: { type: 'string' } },
      default: { uniqueItems: true },
    };
    expect(faultsOfSchema(schema).filter(({ pointer }) => pointer.endsWith('$ref'))).toEqual([]);
  });

  it('follows a reference to a shape whose name has slashes and spaces', () => {
    const schema = { $ref: '#/$defs/a~1b%20c', $defs: { 'a/b c': { type: 'string' } } };
    expect(faultsOfSchema(schema)).toEqual([]);
    expect(new PayloadCheck(schema).check('text')).toEqual({ payload: 'text' });
    expect(exampleOf(schema)).toBe('text');
  });

  it('takes a schema that refers to itself', () => {
    expect(
      faultsOfSchema({
        $ref: '#/$defs/node',
        $defs: { node: { properties: { next: { $ref: '#/$defs/node' } } } },
      }),
    ).toEqual([]);
  });
});

describe('unboundedPatterns', () => {
  it('finds what needs lookaround or backreferences, and nothing else', () => {
    const schema = {
      properties: { a: { pattern: '(?=x)' }, b: { pattern: '(a+)+$' }, c: { pattern: '(.)\\1' } },
      patternProperties: { '^(?<!x)': {}, '^x-': {} },
    };
    expect(unboundedPatterns(schema).sort()).toEqual(['(.)\\1', '(?=x)', '^(?<!x)']);
    expect(withoutUnboundedPatterns(schema)).toEqual({
      properties: { a: {}, b: { pattern: '(a+)+$' }, c: {} },
      patternProperties: { '^x-': {} },
    });
  });
});
