import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { faultsOf } from './faults.js';

function faults(schema: z.ZodType, value: unknown, at?: string) {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : faultsOf(parsed.error, at);
}

describe('faults', () => {
  const schema = z.strictObject({
    'a/b~c': z.array(z.strictObject({ n: z.int() })),
    m: z.string().optional(),
  });

  it('point at the value by an escaped JSON Pointer, below the value that the schema checked', () => {
    expect(faults(schema, { 'a/b~c': [{ n: 1 }, { n: 'x' }] }, '/payload')).toEqual([
      { pointer: '/payload/a~1b~0c/1/n', detail: expect.stringContaining('expected') },
    ]);
  });

  it('name each unknown field', () => {
    expect(faults(schema, { 'a/b~c': [], x: 1, y: 2 })).toEqual([
      { pointer: '/x', detail: 'There is no such field.' },
      { pointer: '/y', detail: 'There is no such field.' },
    ]);
  });

  it('point at the whole value when the whole value is wrong', () => {
    expect(faults(schema, null)).toEqual([
      { pointer: '', detail: expect.stringContaining('expected object') },
    ]);
  });

  it('stop at a hundred, with a count of the rest', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`x${n}`, n]));
    const rows = Array.from({ length: 5_000 }, () => ({ n: 'x' }));
    for (const value of [{ 'a/b~c': [], ...many }, { 'a/b~c': rows }]) {
      const found = faults(schema, value);
      expect(found).toHaveLength(100);
      expect(found.at(-1)).toEqual({
        pointer: '',
        detail: 'There are 4901 more faults, which are left out.',
      });
    }
    const hundred = Object.fromEntries(Object.entries(many).slice(0, 100));
    expect(faults(schema, { 'a/b~c': [], ...hundred }).at(-1)).toMatchObject({ pointer: '/x99' });
  });

  it('do not grow with the names and values of a request', () => {
    const name = 'x'.repeat(200_000);
    expect(faults(schema, { 'a/b~c': [], [name]: 1 }, '/payload')).toEqual([
      { pointer: '/payload', detail: 'There is no such field.' },
    ]);
    const echo = z.string().superRefine((text, context) => {
      context.addIssue({ code: 'custom', message: `"${text}" is wrong.` });
    });
    const [{ detail } = { detail: '' }] = faults(echo, `${'x'.repeat(498)}😀${'x'.repeat(1_000)}`);
    expect(detail).toBe(`"${'x'.repeat(498)}…`);
  });
});
