import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { decodeRecord } from '@jobstream/contracts/records';
import {
  jobHistorySchema,
  jobPageSchema,
  jobViewSchema,
  type JobHistory,
  type JobPage,
  type JobView,
} from '@jobstream/contracts/rest';
import { ApiClient, eventually, Platform, readTopics, type Answer } from '@jobstream/testing';

describe('reading jobs', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1 } });
  });
  afterAll(() => platform?.stop());

  /** Submits, and waits until the rows are there. */
  async function submitted(count: number, more: object = {}): Promise<string[]> {
    const items = Array.from({ length: count }, () => ({ type: 'probe.run', payload: {}, ...more }));
    const { body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
    const ids = body.items.map(({ id }) => id);
    for (const id of ids) expect(await known(`/v1/jobs/${id}/history`)).toMatchObject({ status: 200 });
    return ids;
  }

  /** The answer of a projection that has read what there was: as long as it is behind it is asked again. */
  function known<Body>(path: string): Promise<Answer<Body>> {
    return eventually(async () => {
      const answer = await platform.api.get<Body>(path);
      expect(answer.status).not.toBe(503);
      return answer;
    });
  }

  async function page(query: string): Promise<JobPage> {
    const { status, body } = await platform.api.get<JobPage>(`/v1/jobs?${query}`);
    expect(status).toBe(200);
    return jobPageSchema.parse(body);
  }

  it('shows a job with its request, by its id in any letter case', async () => {
    const { body } = await platform.api.post<{ id: string; createdAt: string }>('/v1/jobs', {
      type: 'probe.run',
      payload: { note: 'ü' },
      submittedFor: 'ada',
      expiresIn: '1h',
    });
    for (const id of [body.id, body.id.toUpperCase()]) {
      const answer = await platform.api.get<JobView>(`/v1/jobs/${id}`);
      expect(answer.status).toBe(200);
      expect(jobViewSchema.parse(answer.body)).toMatchObject({
        id: body.id,
        state: 'queued',
        payload: { note: 'ü', sleepMs: 0 },
        submittedFor: 'ada',
        createdAt: body.createdAt,
        expiresAt: new Date(Date.parse(body.createdAt) + 3_600_000).toISOString(),
        maxAttempts: 4,
        result: null,
      });
    }
    expect(await platform.api.get(`/tasks/${body.id}`)).toMatchObject({
      status: 200,
      body: { task_id: body.id, status: 'PENDING', result: null },
    });
  });

  it('shows the same while it is remembered and once it is projected', async () => {
    const notify = 'https://receiver.example/hooks';
    const { body } = await platform.api.post<{ id: string }>('/v1/jobs', {
      type: 'probe.run',
      payload: {},
      notify,
    });
    const remembered = await platform.api.get<JobView>(`/v1/jobs/${body.id}`);
    expect(remembered.body.notify).toBe(notify);
    await eventually(async () =>
      expect((await page('limit=500')).items.map(({ id }) => id)).toContain(body.id),
    );
    const projected = await platform.api.get<JobView>(`/v1/jobs/${body.id}`);
    expect({ ...projected.body, waitingFor: null }).toEqual({ ...remembered.body, waitingFor: null });
  });

  it('shows the history of a job, right after its 202 too', async () => {
    const { body } = await platform.api.post<{ id: string }>('/v1/jobs', { type: 'probe.run', payload: {} });
    const answer = await known(`/v1/jobs/${body.id}/history`);
    expect(answer.status).toBe(200);
    const { items } = jobHistorySchema.parse(answer.body);
    expect(items).toMatchObject([
      { state: 'queued', run: 1, attempt: 1, topic: platform.topics.requests('probe'), superseded: false },
    ]);
  });

  it('lists page by page, newest first, each job once', async () => {
    const ids = await submitted(25, { submittedFor: 'pages' });
    const seen: string[] = [];
    for (let cursor = ''; ;) {
      const { items, next } = await page(`submittedFor=pages&limit=10${cursor}`);
      seen.push(...items.map(({ id }) => id));
      if (next === null) break;
      cursor = `&cursor=${encodeURIComponent(next)}`;
      await submitted(1, { submittedFor: 'pages' });
    }
    expect(seen).toEqual(ids.sort().reverse());
  });

  it('lists by state, queue, type and time', async () => {
    const [id] = await submitted(1, { submittedFor: 'filters' });
    const { body } = await platform.api.get<JobView>(`/v1/jobs/${id}`);
    const hit = `submittedFor=filters&state=queued&queue=probe&type=probe.run&since=${body.createdAt}`;
    expect((await page(hit)).items.map((job) => job.id)).toEqual([id]);
    expect((await page(`submittedFor=filters&state=succeeded`)).items).toEqual([]);
    expect((await page(`submittedFor=filters&until=${body.createdAt}`)).items).toEqual([]);
    expect((await page(`submittedFor=filters&until=2100-01-01T00:00:00%2B02:00`)).items).toHaveLength(1);
  });

  it('lists without payloads and results, unless they are asked for', async () => {
    const [id] = await submitted(1, { submittedFor: 'rows', payload: { note: 'large' } });
    const q = encodeURIComponent('for:rows payload.note:large');
    const [row] = (await page(`q=${q}`)).items;
    expect(row).toMatchObject({ id, state: 'queued', submittedFor: 'rows', maxAttempts: 4 });
    expect(Object.keys(row!)).not.toEqual(expect.arrayContaining(['payload']));
    expect(Object.keys(row!)).not.toEqual(expect.arrayContaining(['result']));
    const { items } = await page(`q=${q}&payload=true`);
    const payload: unknown = expect.objectContaining({ note: 'large', sleepMs: 0 });
    expect(items).toEqual([{ ...row, payload, result: null }]);
  });

  it('lists jobs as they were at a time: those that there were, by what is known of then', async () => {
    const [first] = await submitted(1, { submittedFor: 'past' });
    const history = await known<JobHistory>(`/v1/jobs/${first}/history`);
    const at = encodeURIComponent(history.body.items[0]!.time);
    await eventually(async () => {
      const [second] = await submitted(1, { submittedFor: 'past' });
      const { items } = (await known<JobHistory>(`/v1/jobs/${second}/history`)).body;
      expect(Date.parse(items[0]!.time)).toBeGreaterThan(Date.parse(history.body.items[0]!.time));
    });
    const then = await page(`q=${encodeURIComponent('for:past state:queued -type:image.*')}&at=${at}`);
    expect(then.items).toMatchObject([{ id: first, state: 'queued', progress: null }]);
    expect(then.next).toBeNull();
    expect((await page(`submittedFor=past&state=running&at=${at}`)).items).toEqual([]);
    const before = new Date(Date.parse(history.body.items[0]!.time) - 1).toISOString();
    expect((await page(`submittedFor=past&at=${before}`)).items).toEqual([]);
    const refused = await platform.api.get<{ errors: object[] }>(`/v1/jobs?q=run:1%20error:x&at=${before}`);
    expect([refused.status, refused.body.errors]).toMatchObject([
      422,
      [{ pointer: '/q' }, { pointer: '/q' }],
    ]);
    const future = new Date(Date.now() + 3_600_000).toISOString();
    expect(await platform.api.get(`/v1/jobs?at=${future}`)).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/at' }] },
    });
  });

  it('lists what a filter finds, as the same conditions one by one do', async () => {
    const [id] = await submitted(1, { submittedFor: 'q "quoted", 100%' });
    const q = encodeURIComponent(
      'for:"q \\"quoted\\", 100%" state:queued -type:image.* since:2h payload.none:x*',
    );
    expect((await page(`q=${q}`)).items).toEqual([]);
    const hit = encodeURIComponent('for:"q \\"*%" -type:image.* since:2h');
    const { items, next, scannedTo } = await page(`q=${hit}&queue=probe`);
    expect([items.map((job) => job.id), next, scannedTo]).toEqual([[id], null, null]);
  });

  it('answers 304 for a page that the client has, and the page once it has changed', async () => {
    await submitted(1, { submittedFor: 'tagged' });
    await page('submittedFor=tagged');
    const path = '/v1/jobs?submittedFor=tagged&state=queued';
    const first = await platform.api.get<JobPage>(path);
    const tag = String(first.headers.get('etag'));
    expect(tag).toMatch(/^"[\w-]{43}"$/);
    const again = await platform.api.request('GET', path, { headers: { 'if-none-match': tag } });
    expect(again.status).toBe(304);
    await submitted(1, { submittedFor: 'tagged' });
    const changed = await platform.api.request<JobPage>('GET', path, { headers: { 'if-none-match': tag } });
    expect([changed.status, changed.body.items.length]).toEqual([200, 2]);
  });

  it.each([
    ['q=state:queued%20qeue:image', '/q'],
    ['q=%00', '/q'],
    [`q=${'x'.repeat(4_001)}`, '/q'],
    ['limit=0', '/limit'],
    ['limit=501', '/limit'],
    ['limit=1e2', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['state=done', '/state'],
    ['since=yesterday', '/since'],
    ['until=2026-13-01T00:00:00Z', '/until'],
    ['cursor=x', '/cursor'],
    ['cursor=%00', '/cursor'],
    ['where=1', '/where'],
    ['submittedFor[a]=1', '/submittedFor[a]'],
  ])('refuses the query %s', async (query, pointer) => {
    const answer = await platform.api.get<{ errors: { pointer: string }[] }>(`/v1/jobs?${query}`);
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    expect(answer.body.errors.map((fault) => fault.pointer)).toEqual([pointer]);
  });

  it.each(["' OR 1=1 --", '%00', 'a\u0000b', '\\'])('takes the filter %j for a text', async (text) => {
    const { status } = await platform.api.get(`/v1/jobs?submittedFor=${encodeURIComponent(text)}`);
    expect([200, 422]).toContain(status);
  });

  it('hands the trace of the request on, or begins one with the id of the job', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    const given = await platform.api.submit('probe.run', {}, { traceparent });
    const none = await platform.api.submit('probe.run', {}, { traceparent: 'nonsense' });
    const records = await readTopics([platform.topics.requests('probe')]);
    const traceOf = (id: unknown) => {
      const record = records.find(({ key }) => key?.toString() === id)!;
      return decodeRecord(record.value, record.headers);
    };
    expect(traceOf(given.body.id)).toMatchObject({ traceparent });
    expect(traceOf(none.body.id)).toMatchObject({
      traceparent: expect.stringContaining((none.body.id as string).replaceAll('-', '')),
    });
  });

  it('knows that a job does not exist', async () => {
    for (const path of ['/v1/jobs/ID', '/v1/jobs/ID/history', '/tasks/ID']) {
      const answer = await known(path.replace('ID', newJobId()));
      expect(answer).toMatchObject({ status: 404, body: { code: 'job_not_found' } });
    }
  });
});

describe('reading jobs while nothing is projected', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 2 } });
    await platform.waitForTables();
  });
  afterAll(() => platform?.stop());

  it('answers from memory where the job was accepted; elsewhere says that it can not know', async () => {
    const [first, second] = platform.all('api');
    const { body } = await platform.api.submit('probe.run', {});
    const path = `/v1/jobs/${body.id as string}`;
    expect((await fetch(`${first!.url}${path}`)).status).toBe(200);
    const elsewhere = await fetch(`${second!.url}${path}`);
    expect(elsewhere.status).toBe(503);
    expect(Number(elsewhere.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await elsewhere.json()).toMatchObject({ code: 'projection_behind' });
  });

  it('shows at once, in every route, what it has shown of the log', async () => {
    await platform.launch('report-worker');
    const api = new ApiClient(platform.all('api')[0]!.url);
    const { body } = await api.post('/reports', { user_id: 'ada', report_type: 'activity' });
    const id = body.task_id as string;
    expect((await api.get<JobView>(`/v1/jobs/${id}?wait=30s`)).body.state).toBe('succeeded');
    expect((await api.get<JobView>(`/v1/jobs/${id}`)).body.state).toBe('succeeded');
    expect((await api.get(`/tasks/${id}`)).body).toMatchObject({ status: 'SUCCESS' });
    const pages = ['', '&state=succeeded', '&state=queued'].map((more) =>
      api.get<JobPage>(`/v1/jobs?submittedFor=ada${more}`),
    );
    const found = (await Promise.all(pages)).map((page) => page.body.items.map((job) => [job.id, job.state]));
    expect(found).toEqual([[[id, 'succeeded']], [[id, 'succeeded']], []]);
    const report = await fetch(`${api.url}/reports/${id}`);
    await report.body?.cancel();
    expect(report.status).toBe(200);
    expect((await api.request('POST', `/v1/jobs/${id}/cancel`)).body).toMatchObject({ code: 'job_final' });
  });
});
