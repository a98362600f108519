import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { mayFit, typesAt } from './types-at.js';

const schema = z.toJSONSchema(
  z.object({
    key: z.string(),
    size: z.int().optional(),
    pages: z.array(z.object({ url: z.string(), height: z.number() })),
    either: z.union([z.object({ a: z.boolean() }), z.object({ b: z.null() })]),
    free: z.record(z.string(), z.int()),
    anything: z.unknown(),
  }),
  { io: 'output' },
);
const at = (path: string) => {
  const types = typesAt(schema, path === '' ? [] : path.split('.'));
  return types instanceof Set ? [...types] : types;
};

describe('the types at a path of a schema', () => {
  it.each([
    ['', ['object']],
    ['key', ['string']],
    ['size', ['integer']],
    ['pages', ['array']],
    ['pages.0', ['object']],
    ['pages.12.height', ['number']],
    ['either.a', ['boolean']],
    ['either.b', ['null']],
    ['free.x', ['integer']],
    ['anything', 'any'],
    ['anything.deep.er', 'any'],
  ])('are those that it names: %s', (path, types) => {
    expect(at(path)).toEqual(types);
  });

  it.each(['kee', 'key.length', 'pages.url', 'pages.0.width', 'either.c', 'free.x.y'])(
    'are undefined where it has nothing: %s',
    (path) => {
      expect(at(path)).toBeUndefined();
    },
  );

  it('end in a schema that refers to itself', () => {
    const tree = {
      type: 'object',
      properties: { child: { $ref: '#' }, loop: { $ref: '#/$defs/loop' } },
      $defs: { loop: { $ref: '#/$defs/loop' } },
    };
    expect(typesAt(tree, ['child', 'child', 'child'])).toEqual(new Set(['object']));
    expect(typesAt(tree, ['loop', 'x'])).toBe('any');
  });

  it('fit where they share one', () => {
    expect(mayFit(new Set(['integer']), new Set(['number', 'null']))).toBe(true);
    expect(mayFit(new Set(['string']), new Set(['number']))).toBe(false);
    expect(mayFit('any', new Set(['number']))).toBe(true);
  });
});
