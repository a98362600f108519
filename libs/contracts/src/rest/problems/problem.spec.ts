import { describe, expect, it } from '@jest/globals';
import { problemKinds } from './problem-kind.js';
import { describeProblem, problemSchema } from './problem.js';

describe('problem documents', () => {
  it('take status and title from the table, and leave out absent fields', () => {
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
