import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  errorGroupDetailSchema,
  errorGroupPageSchema,
  jobDetailSchema,
  type AuditPage,
  type ErrorGroup,
  type JobPage,
} from '@jobstream/contracts/rest';
import { eventually, Platform } from '@jobstream/testing';

describe('the groups of errors', () => {
  let platform: Platform;
  let jobs: string[];
  let group: ErrorGroup;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
    jobs = await Promise.all(
      ['a 1', 'b 22'].map((note) =>
        platform.api.submitted('probe.run', { failTimes: 1, failWith: 'non-retryable', note }),
      ),
    );
    for (const id of jobs) expect(await platform.api.finished(id)).toMatchObject({ state: 'dead_lettered' });
    group = await eventually(async () => {
      const { body } = await platform.api.get(`/v1/error-groups?queue=probe&limit=1`);
      const [found] = errorGroupPageSchema.parse(body).items;
      expect(found).toMatchObject({ count: 2, deadLetters: 2 });
      return found!;
    });
  });
  afterAll(() => platform?.stop());

  const mark = (path: string, body: object) =>
    platform.api.request('PATCH', path, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });

  it('tell of jobs that failed alike, with the stack of one of them', async () => {
    expect(group).toMatchObject({
      type: 'probe.run',
      queue: 'probe',
      other: false,
      muted: false,
      note: null,
    });
    expect(jobs).toContain(group.jobId);
    expect(group.trend.at(-1)! + group.trend.at(-2)!).toBe(2);
    const { body } = await platform.api.get(`/v1/error-groups/${group.id}`);
    expect(errorGroupDetailSchema.parse(body).stack).toContain('    at ');
  });

  it('are named by their jobs, which show their stack alone, not in lists', async () => {
    // The answer to a wait may come from the log, whose records are read without their stacks.
    for (const path of [`/v1/jobs/${jobs[0]}`, `/v1/jobs/${jobs[0]}?wait=5s`]) {
      const { error } = jobDetailSchema.parse((await platform.api.get(path)).body);
      expect(error).toMatchObject({ group: group.id, stack: expect.stringContaining('    at ') });
    }
    const list = await platform.api.get<JobPage>(`/v1/jobs?q=${encodeURIComponent(`group:${group.id}`)}`);
    expect(list.body.items.map(({ id }) => id).sort()).toEqual([...jobs].sort());
    expect(list.body.items.map((job) => Object.keys(job.error!))).toEqual([
      ['code', 'message'],
      ['code', 'message'],
    ]);
  });

  it('are muted and noted, which the audit tells', async () => {
    const path = `/v1/error-groups/${group.id}`;
    const patch = (body: object) => mark(path, body);
    expect(await patch({ muted: '2100-01-01T00:00:00Z', note: 'known' })).toMatchObject({
      status: 200,
      body: { muted: true, mutedUntil: '2100-01-01T00:00:00.000Z', note: 'known' },
    });
    const { body } = await platform.api.get<{ items: ErrorGroup[] }>('/v1/error-groups?muted=false');
    expect(body.items.map(({ id }) => id)).not.toContain(group.id);
    for (const wrong of [{}, { muted: 'soon' }, { note: '' }, { note: 'x'.repeat(2_001) }, { other: 1 }])
      expect(await patch(wrong)).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    const audit = await platform.api.get<AuditPage>('/v1/audit');
    expect(audit.body.items).toContainEqual(
      expect.objectContaining({ action: 'PATCH /v1/error-groups/:id', target: path, status: 200 }),
    );
  });

  it.each([
    ['is not there', 'f'.repeat(16), 404, 'error_group_not_found'],
    ['has no such form', 'F00', 400, 'invalid_error_group_id'],
  ])('say so where one %s', async (_, id, status, code) => {
    for (const answer of [
      await platform.api.get(`/v1/error-groups/${id}`),
      await mark(`/v1/error-groups/${id}`, { muted: true }),
    ])
      expect(answer).toMatchObject({ status, body: { code } });
  });
});
