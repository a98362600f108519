import { describe, expect, it } from '@jest/globals';
import { scopes, type Scope } from '@jobstream/contracts/rest';
import { jobDefinitions } from '@jobstream/jobs';
import { JobTypeBook } from '@jobstream/job-types';
import { checkSubmission, findSubmittable, IntakeError, type CheckedJob } from '@jobstream/intake';
import { checkScope } from './scope-check.js';

const shipped = JobTypeBook.of(jobDefinitions);
const checked = (type: string, payload: object = {}) =>
  checkSubmission({ type, payload }, { now: () => Date.now() }, (name) =>
    findSubmittable(shipped, name),
  ) as CheckedJob;
const mayHave = (job: CheckedJob, scope: Scope) =>
  !(checkScope(job, { scopes: [scope] }) instanceof IntakeError);

describe('the submitter of a job', () => {
  const maintenance = jobDefinitions.filter(({ queue }) => queue.name === 'maintenance');

  it.each([
    ...maintenance.filter(({ type }) => !type.endsWith('.make')).map(({ type }) => [type, {}] as const),
    ['flow.make', { parent: '01a20495-2546-7ab4-9119-1338e5675ed4', flow: { jobs: [{}] } }] as const,
    ['job.make', { parent: '01a20495-2546-7ab4-9119-1338e5675ed4', at: 0, submission: {} }] as const,
    ['probe.run', { failWith: 'crash', failTimes: 1 }] as const,
    ['probe.run', { failWith: 'hang' }] as const,
  ])('has to be an operator where the platform itself would suffer: %s %j', (type, payload) => {
    const job = checked(type, payload);
    expect(scopes.filter((scope) => mayHave(job, scope))).toEqual(['operate', 'admin']);
    expect(checkScope(job, { scopes: ['submit', 'read'] })).toMatchObject({
      code: 'insufficient_scope',
      message: expect.stringMatching(/needs a key with the scope `operate`; this one has `submit`, `read`/),
    });
  });

  it.each([
    ['probe.run', { failWith: 'non-retryable', failTimes: 1 }],
    ['image.thumbnail', { imageId: 'a' }],
    ['notification.email', { to: 'ada@example.com', template: 'welcome', data: {} }],
  ])('may be anyone with the scope `submit` for other jobs: %s %j', (type, payload) => {
    const job = checked(type, payload);
    expect(scopes.filter((scope) => mayHave(job, scope))).toEqual(['submit', 'operate', 'admin']);
  });

  it('may be everyone where no key is needed', () => {
    const job = checked('cleanup-old-files');
    expect(checkScope(job, null)).toBe(job);
  });
});
