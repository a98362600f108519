import { describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue, describeJobType } from '@jobstream/contracts';
import { z } from 'zod';
import { refuseUnfitSchemas } from './unfit-schema.js';

const jobType = (payload: z.ZodType, result: z.ZodType = z.null()) =>
  describeJobType(defineJob({ type: 'invoice.send', queue: defineQueue('invoices'), payload, result }));

it('refuses a definition that is searched by a field that its payload does not have', () => {
  const payload = z.strictObject({ number: z.int() });
  const definition = defineJob({
    type: 'invoice.send',
    queue: defineQueue('invoices'),
    payload,
    result: z.null(),
    search: ['nmber'],
  });
  expect(() => refuseUnfitSchemas(describeJobType(definition))).toThrow(
    '"invoice.send" can not be published. /search/0: The payload has no field "nmber".',
  );
});

describe('refuseUnfitSchemas', () => {
  it('lets a definition pass whose schemas the platform can check by', () => {
    const node = z.object({
      get next() {
        return node.optional();
      },
    });
    refuseUnfitSchemas(jobType(node, z.strictObject({ pages: z.int() })));
  });

  it.each([
    [
      'a payload with an enormous schema',
      jobType(z.enum(Array.from({ length: 10_000 }, (_, n) => `value-${n}`))),
      '/payload: A schema has at most',
    ],
    [
      'a payload with a reference elsewhere',
      jobType(z.string().meta({ $ref: 'https://example.com/s.json' })),
      '/payload/$ref: Refer to',
    ],
    [
      'a result of an unknown type',
      jobType(z.string(), z.string().meta({ type: 'strin' })),
      '/result/type: This',
    ],
  ])('refuses %s, and says where', (_, unfit, words) => {
    expect(() => refuseUnfitSchemas(unfit)).toThrow(words);
    expect(() => refuseUnfitSchemas(unfit)).toThrow('"invoice.send"');
  });
});
