import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { defineJob, defineQueue } from './job-definition.js';
import { describeJobType } from './job-type.js';
import { freeText, whySchema } from './free-text.js';
import { isStorable } from './storable-text.js';
import { routeContracts } from './openapi/routes.js';

describe('free text', () => {
  it.each(['a', 'ü', '😀', '\u0001\n', '\ufffd\uffff', ' '])('is accepted unchanged: %j', (text) => {
    expect(isStorable(text)).toBe(true);
    expect(freeText(2).parse(text)).toBe(text);
  });

  it.each(['', '\0', 'a\0b', '\ud83d', '\ude00\ud83d', 'abc'])('is refused: %j', (text) => {
    expect(freeText(2).safeParse(text).success).toBe(false);
  });

  it('trims a reason', () => {
    expect(whySchema.parse(' a test\n')).toBe('a test');
    expect(whySchema.safeParse(' \n').success).toBe(false);
  });
});

describe('every text in a request', () => {
  const empty = z.strictObject({});
  const queue = defineQueue('print');
  const printing = defineJob({
    type: 'print.page',
    queue,
    payload: empty,
    result: empty,
    retries: 0,
    backoff: [],
  });
  const texts = routeContracts([describeJobType(printing)]).flatMap(({ route, body }) =>
    body?.schema ? textsOf(body.schema).map(({ path, schema }) => ({ at: `${route} ${path}`, schema })) : [],
  );

  it('is refused when it could not be stored unchanged', () => {
    const taking = texts.filter(({ schema }) =>
      ['a\0b', 'a\ud800b'].some((text) => (schema as z.ZodType).safeParse(text).success),
    );
    expect(taking.map(({ at }) => `${at}: declare it as freeText`)).toEqual([]);
    expect(texts.length).toBeGreaterThan(20);
  });
});

interface Text {
  readonly path: string;
  readonly schema: z.core.$ZodType;
}

/** The texts in a value of this schema, but for those in payloads, which are stored as JSON. */
function textsOf(schema: z.core.$ZodType, path = ''): Text[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'string':
      return [{ path, schema }];
    case 'object':
      return Object.entries(def.shape).flatMap(([name, part]) =>
        name === 'payload' ? [] : textsOf(part, `${path}/${name}`),
      );
    case 'array':
      return textsOf(def.element, `${path}/*`);
    case 'union':
      return def.options.flatMap((option) => textsOf(option, path));
    case 'pipe':
      return textsOf(def.in, path);
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'nonoptional':
    case 'readonly':
    case 'catch':
      return textsOf(def.innerType, path);
    case 'record':
      return [...textsOf(def.keyType, `${path}/*`), ...textsOf(def.valueType, `${path}/*`)];
    default:
      return [];
  }
}
