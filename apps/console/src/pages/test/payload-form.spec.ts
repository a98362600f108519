import { describe, expect, it } from '@jest/globals';
import { fieldsOf, withField } from './payload-form.js';

describe('the form of a payload', () => {
  it('has a field for each property of the schema', () => {
    const fields = fieldsOf({
      type: 'object',
      required: ['imageId'],
      properties: {
        imageId: { type: 'string', description: 'Which one.' },
        width: { type: 'integer' },
        fit: { enum: ['cover', 'contain'] },
        sharpen: { type: 'boolean' },
        tags: { type: 'array', items: {} },
      },
    });
    expect(fields).toEqual([
      { name: 'imageId', kind: 'text', isRequired: true, description: 'Which one.', options: [] },
      { name: 'width', kind: 'number', isRequired: false, description: undefined, options: [] },
      {
        name: 'fit',
        kind: 'choice',
        isRequired: false,
        description: undefined,
        options: ['cover', 'contain'],
      },
      { name: 'sharpen', kind: 'yes_no', isRequired: false, description: undefined, options: [] },
      { name: 'tags', kind: 'json', isRequired: false, description: undefined, options: [] },
    ]);
  });

  it.each([[{}], [{ type: 'array' }], [{ type: 'object', properties: null }], [{ anyOf: [] }]])(
    'has no field where the schema describes no object: %j',
    (schema) => {
      expect(fieldsOf(schema)).toEqual([]);
    },
  );
});

describe('a field that is changed', () => {
  it('keeps its place, and the other fields theirs', () => {
    expect(JSON.stringify(withField({ a: 1, b: 2 }, 'a', 3))).toBe('{"a":3,"b":2}');
    expect(JSON.stringify(withField({ a: 1 }, 'b', 2))).toBe('{"a":1,"b":2}');
  });

  it('is taken away without a value, and makes an object of anything else', () => {
    expect(withField({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
    expect(withField([1], 'a', 1)).toEqual({ a: 1 });
  });
});
