import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { faultsOfSearch } from './search-faults.js';

const schema = z.toJSONSchema(
  z.strictObject({
    imageId: z.string().optional(),
    pages: z.int().nullable(),
    customer: z.object({ id: z.uuid(), tags: z.array(z.string()) }),
    labels: z.record(z.string(), z.string()),
    either: z.union([z.string(), z.object({ id: z.string() })]),
  }),
  { io: 'input' },
);

describe('the paths that a job type is searched by', () => {
  it.each(['imageId', 'pages', 'customer.id', 'labels.colour', 'either', 'either.id'])(
    'may name "%s", which payloads have',
    (path) => {
      expect(faultsOfSearch(schema, [path])).toEqual([]);
    },
  );

  it.each([
    ['imageID', 'The payload has no field "imageID".'],
    ['customer.name', 'The payload has no field "customer.name".'],
    ['pages.first', 'The payload has no field "pages.first".'],
    ['customer', '"customer" holds no single value'],
    ['customer.tags', '"customer.tags" holds no single value'],
  ])('may not name "%s"', (path, detail) => {
    expect(faultsOfSearch(schema, ['imageId', path])).toEqual([
      { pointer: '/search/1', detail: expect.stringContaining(detail) },
    ]);
  });

  it('may name anything where the schema says nothing', () => {
    expect(faultsOfSearch({}, ['a.b.c'])).toEqual([]);
  });
});
