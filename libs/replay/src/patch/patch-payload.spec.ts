import { describe, expect, it } from '@jest/globals';
import { patchSchema, type PayloadPatch } from '@jobstream/contracts/rest';
import { JobTypeBook } from '@jobstream/job-types';
import { jobDefinitions } from '@jobstream/jobs';
import { patchPayload } from './patch-payload.js';

const shipped = JobTypeBook.of(jobDefinitions);
const payload = { sleepMs: 5, note: 'old' };
const apply = (patch: PayloadPatch, type = 'probe.run') => patchPayload(patch, type, payload, shipped);

describe('patching a payload', () => {
  it('changes a copy and fills in the defaults of the schema', () => {
    const patched = apply([
      { op: 'replace', path: '/sleepMs', value: 7 },
      { op: 'remove', path: '/note' },
    ]);
    expect(patched).toMatchObject({ payload: { sleepMs: 7, failTimes: 0, failWith: 'retryable' } });
    expect(patched).not.toHaveProperty('payload.note');
    expect(payload).toEqual({ sleepMs: 5, note: 'old' });
  });

  it('names the operation that cannot be done', () => {
    expect(apply([{ op: 'test', path: '/note', value: 'new' }])).toMatchObject({
      detail: expect.stringContaining('Operation 0'),
    });
    expect(apply([{ op: 'remove', path: '/nothing' }])).toHaveProperty('detail');
  });

  it('names the parts that break the schema', () => {
    expect(apply([{ op: 'add', path: '/sleepMs', value: 'long' }])).toMatchObject({
      detail: expect.stringContaining('/sleepMs'),
      faults: [{ pointer: '/sleepMs' }],
    });
    expect(apply([{ op: 'add', path: '/unknown', value: 1 }])).toMatchObject({
      detail: expect.stringContaining('/unknown'),
    });
  });

  it('refuses a patch for a job type that is not known here', () => {
    expect(apply([{ op: 'remove', path: '/note' }], 'x.y')).toHaveProperty('detail');
  });
});

describe('patchSchema', () => {
  it.each([
    [[{ op: 'replace', path: '', value: {} }]],
    [[{ op: 'replace', path: 'sleepMs', value: 1 }]],
    [[{ op: 'add', path: '/a' }]],
    [[{ op: 'add', path: '/__proto__/polluted', value: 1 }]],
    [[{ op: 'move', path: '/a', from: '/__proto__' }]],
    [[{ op: 'explode', path: '/a' }]],
    [[]],
  ])('refuses %j', (patch) => {
    expect(patchSchema.safeParse(patch).success).toBe(false);
  });
});
