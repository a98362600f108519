import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobTypeList, JobTypeView, Problem } from '@jobstream/contracts/rest';
import { eventually, Platform, StallWatch } from '@jobstream/testing';

/** The promise: a type is accepted this long after its worker has published it. */
const maxDelayMs = 2_000;

describe('a job type that a worker publishes', () => {
  let platform: Platform;
  let watch: StallWatch;
  beforeAll(async () => {
    watch = await StallWatch.start();
    platform = await Platform.start({ services: { api: 1, projector: 1 }, publishesTypes: false });
  });
  afterAll(async () => {
    await platform?.stop();
    await watch.stop();
  });

  const job = { type: 'probe.run', payload: { note: 'mine' } };
  const typeNames = async () =>
    (await platform.api.get<JobTypeList>('/v1/job-types')).body.items.map(({ type }) => type);

  it('is unknown before, and the answer says how to publish one', async () => {
    const { status, body } = await platform.api.post<Problem>('/v1/jobs', job);
    expect([status, body.code]).toEqual([422, 'unknown_type']);
    expect(body.detail).toContain(
      'A worker publishes its types when it starts; GET /v1/job-types lists those',
    );
    expect(await typeNames()).toEqual([]);
  });

  it('is accepted and run by a running platform, as soon as its worker is ready', async () => {
    await platform.launch('probe-worker');
    const readyAt = Date.now();
    const accepted = await eventually(async () => {
      const { status, body } = await platform.api.post<{ id: string }>('/v1/jobs', job);
      expect(status).toBe(202);
      return body;
    });
    const acceptedAt = Date.now();
    expect(acceptedAt - readyAt - watch.stalledWithin(readyAt, acceptedAt)).toBeLessThan(maxDelayMs);
    const { body } = await platform.api.get(`/v1/jobs/${accepted.id}?wait=30s`);
    expect(body).toMatchObject({ state: 'succeeded', result: { note: 'mine' } });
  });

  it('is shown with its schemas, an example that is accepted, and who serves it', async () => {
    const { body } = await platform.api.get<JobTypeView>('/v1/job-types/probe.run');
    expect(body).toMatchObject({
      owner: '@jobstream/probe-worker',
      queue: { name: 'probe', priorities: true },
      payload: { properties: { note: { type: 'string' } } },
      workers: 1,
      rivals: [],
    });
    const { status } = await platform.api.post('/v1/jobs', { type: 'probe.run', payload: body.example });
    expect(status).toBe(202);
    const { body: openApi } = await platform.api.get<{ components: { schemas: object } }>('/openapi.json');
    expect(Object.keys(openApi.components.schemas)).toContain('Payload.probe.run');
  });

  it('suggests itself for a name that is nearly its own', async () => {
    const { body } = await platform.api.post<Problem>('/v1/jobs', { ...job, type: 'probe.rum' });
    expect(body.detail).toContain('Did you mean "probe.run"?');
  });

  it('is deleted only when no worker serves it, and can not be submitted any more', async () => {
    const served = await platform.api.request<Problem>('DELETE', '/v1/job-types/probe.run');
    expect([served.status, served.body.code]).toEqual([409, 'job_type_served']);
    await platform.one('probe-worker').stop();
    await eventually(async () => {
      expect((await platform.api.request('DELETE', '/v1/job-types/probe.run')).status).toBe(204);
    });
    expect((await platform.api.post('/v1/jobs', job)).status).toBe(422);
    expect((await platform.api.request('DELETE', '/v1/job-types/probe.run')).status).toBe(404);
  });
});
