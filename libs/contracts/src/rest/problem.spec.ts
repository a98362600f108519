import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { problemKinds } from './problem-kind.js';
import { describeProblem, faultsOf, problemSchema } from './problem.js';

function faults(schema: z.ZodType, value: unknown, at?: string) {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : faultsOf(parsed.error, at);
}

describe('problem documents', () => {
  it('take status and title from the table and leave out what is not there', () => {
    const problem = describeProblem('job_not_found', { detail: 'No job has this id.' }, '/requests/a-1');
    expect(problem).toEqual({
      type: 'urn:jobstream:problem:job_not_found',
      title: 'There is no such job',
      status: 404,
      detail: 'No job has this id.',
      instance: '/requests/a-1',
      code: 'job_not_found',
    });
    expect(problemSchema.safeParse(problem).success).toBe(true);
  });

  it('have statuses that are errors', () => {
    for (const { status } of Object.values(problemKinds)) expect(status).toBeGreaterThanOrEqual(400);
  });
});

describe('faults', () => {
  const schema = z.strictObject({
    'a/b~c': z.array(z.strictObject({ n: z.int() })),
    m: z.string().optional(),
  });

  it('point at the value by JSON Pointer, escaped, below where the schema looked', () => {
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

  it('point at the whole where the whole is wrong', () => {
    expect(faults(schema, null)).toEqual([
      { pointer: '', detail: expect.stringContaining('expected object') },
    ]);
  });

  it('stop at a hundred', () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`x${n}`, n]));
    expect(faults(schema, { 'a/b~c': [], ...many })).toHaveLength(100);
    expect(faults(schema, { 'a/b~c': Array.from({ length: 5_000 }, () => ({ n: 'x' })) })).toHaveLength(100);
  });
});
