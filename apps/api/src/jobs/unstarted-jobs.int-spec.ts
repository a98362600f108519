import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { jobExplanationSchema, type FlowView, type JobExplanation } from '@jobstream/contracts/rest';
import { eventually, Platform } from '@jobstream/testing';

describe('a job of a flow that has not started', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, scheduler: 1 } });
  });
  afterAll(() => platform?.stop());

  const job = (name: string, after: string[] = [], payload: object = {}) => {
    return { name, type: 'probe.run', payload, after };
  };

  /** Submits a flow. @returns its id, and the ids of its jobs by name */
  async function submitted(jobs: readonly object[]) {
    const { status, body } = await platform.api.post<{ id: string }>('/v1/flows', { jobs });
    expect(status).toBe(202);
    const flow = await platform.api.get<FlowView>(`/v1/flows/${body.id}`);
    return { id: body.id, jobs: Object.fromEntries(flow.body.jobs.map(({ name, id }) => [name, id])) };
  }

  async function explain(id: string): Promise<JobExplanation> {
    const { status, body } = await platform.api.get(`/v1/jobs/${id}/explain`);
    expect(status).toBe(200);
    return jobExplanationSchema.parse(body);
  }

  const endOf = (id: string) =>
    eventually(async () => {
      const { body } = await platform.api.get<FlowView>(`/v1/flows/${id}`);
      expect(body.finishedAt).not.toBeNull();
      return body;
    });

  it('is explained by what it waits for, and found nowhere else', async () => {
    const { id, jobs } = await submitted([job('left'), job('right'), job('last', ['left', 'right'])]);
    const last = jobs.last!;
    const { cause, state } = await eventually(async () => {
      const explanation = await explain(last);
      expect(explanation.cause!.flow!.waitsFor).toEqual([
        { name: 'left', id: jobs.left, state: 'started' },
        { name: 'right', id: jobs.right, state: 'started' },
      ]);
      return explanation;
    });
    expect(state).toBeNull();
    expect(cause).toMatchObject({
      code: 'flow',
      jobs: [jobs.left, jobs.right],
      flow: { id, state: 'running', name: 'last', standing: 'waiting', waits: 2 },
    });
    for (const path of ['', '?wait=1s', '/history', '/logs'])
      expect(await platform.api.get(`/v1/jobs/${last}${path}`)).toMatchObject({
        status: 404,
        body: {
          code: 'job_not_started',
          flow: id,
          detail: expect.stringContaining(`The job "last" of the flow ${id} has not started: it is waiting.`),
        },
      });
    expect(await platform.api.request('POST', `/v1/jobs/${last}/cancel`)).toMatchObject({ status: 404 });
    // One that has started is explained as any other job.
    expect(await explain(jobs.left!)).toMatchObject({ state: 'queued', cause: { code: 'no_worker' } });
    await platform.api.request('POST', `/v1/flows/${id}/cancel`);
    await platform.launch('probe-worker');
    expect(await endOf(id)).toMatchObject({ state: 'cancelled' });
    expect((await explain(last)).verdict).toBe(
      `It does not start. Its flow ${id} was cancelled before its turn.`,
    );
  });

  it('is explained by the failure for which its flow cancelled it, and by its flow once that is replayed', async () => {
    const fails = { failTimes: 1, failWith: 'non-retryable' };
    const { id, jobs } = await submitted([
      job('first', [], fails),
      job('second', ['first']),
      job('third', ['second']),
    ]);
    await endOf(id);
    expect(await explain(jobs.third!)).toMatchObject({
      verdict: expect.stringContaining('first (failed, probe_failed)'),
      cause: {
        jobs: [jobs.first],
        flow: { state: 'failed', standing: 'cancelled' },
        remedy: expect.stringContaining(`/v1/flows/${id}/replay`),
      },
    });
    expect((await platform.api.get(`/v1/jobs/${jobs.third}`)).body).toMatchObject({
      detail: expect.stringContaining('does not start: it is cancelled'),
    });
    await platform.one('scheduler').crash();
    await platform.api.request('POST', `/v1/flows/${id}/replay`);
    // It has a run that ended; the next is to come.
    expect(await explain(jobs.first!)).toMatchObject({
      run: 2,
      state: null,
      cause: { text: expect.stringContaining('A scheduler'), flow: { standing: 'ready' } },
    });
    expect(await platform.api.job(jobs.first!)).toMatchObject({ run: 1, state: 'dead_lettered' });
  });
});
