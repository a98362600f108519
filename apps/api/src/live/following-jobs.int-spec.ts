import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  jobDetailSchema,
  jobViewSchema,
  type CountsView,
  type JobHistory,
  type JobPage,
  type JobView,
  type TaskView,
} from '@jobstream/contracts/rest';
import { ApiClient, eventually, Platform, readStream, type SentEvent } from '@jobstream/testing';

describe('following jobs', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 2, projector: 1, 'probe-worker': 1, 'report-worker': 1 },
    });
  });
  afterAll(() => platform?.stop());

  const streamOf = (id: string) => `${platform.all('api')[0]!.url}/v1/jobs/${id}/stream`;
  const transitions = ({ events }: { events: SentEvent[] }) =>
    events.filter(({ event }) => event === 'transition');
  const coordinates = ({ topic, partition, offset }: Record<string, unknown>) =>
    `${topic as string}/${partition as number}/${offset as number}`;

  const cancel = (id: string) => platform.api.request('POST', `/v1/jobs/${id}/cancel`);

  async function historyOf(id: string, state: string): Promise<string[]> {
    return eventually(async () => {
      const { body } = await platform.api.get<JobHistory>(`/v1/jobs/${id}/history`);
      expect(body.items.at(-1)).toMatchObject({ state });
      return body.items.map((item) => coordinates({ ...item }));
    });
  }

  it('wait answers as soon as the job is final, from any process, and shows what the projection will', async () => {
    for (const { url } of platform.all('api')) {
      const id = await platform.api.submitted('probe.run', { sleepMs: 200, note: 'seen' });
      const answer = await fetch(`${url}/v1/jobs/${id}?wait=30s`);
      const waited = jobDetailSchema.parse(await answer.json());
      expect(waited).toMatchObject({ state: 'succeeded', result: { note: 'seen' }, deliveries: 1 });
      await historyOf(id, 'succeeded');
      expect((await platform.api.get<JobView>(`/v1/jobs/${id}`)).body).toEqual(waited);
    }
  });

  it('wait answers many at once', async () => {
    const ids = await Promise.all(
      Array.from({ length: 200 }, () => platform.api.submitted('probe.run', { sleepMs: 20 })),
    );
    const answers = await Promise.all(ids.map((id) => platform.api.get<JobView>(`/v1/jobs/${id}?wait=60s`)));
    expect(new Set(answers.map(({ body }) => body.state))).toEqual(new Set(['succeeded']));
  });

  it('what a wait has shown is what everything shows from then on, at any process, 30 of 30 times', async () => {
    const apis = platform.all('api').map(({ url }) => new ApiClient(url));
    const waited = async (number: number) => {
      const submittedFor = `reader-${number}`;
      const { body } = await apis[number % 2]!.post('/reports', {
        user_id: submittedFor,
        report_type: 'activity',
      });
      const id = body.task_id as string;
      return (await apis[0]!.get<JobView>(`/v1/jobs/${id}?wait=30s`)).body;
    };
    const seenAt = async (api: ApiClient, { id, submittedFor, createdAt }: JobView) => {
      const list = `/v1/jobs?type=report.generate&submittedFor=${submittedFor!}&limit=5`;
      const [job, task, all, succeeded, queued, history, report, counts] = await Promise.all([
        api.get<JobView>(`/v1/jobs/${id}`),
        api.get<TaskView>(`/tasks/${id}`),
        api.get<JobPage>(list),
        api.get<JobPage>(`${list}&state=succeeded`),
        api.get<JobPage>(`${list}&state=queued`),
        api.get<JobHistory>(`/v1/jobs/${id}/history`),
        fetch(`${api.url}/reports/${id}`),
        api.get<CountsView>(`/v1/counts?since=${createdAt}`),
      ]);
      await report.body?.cancel();
      return {
        job: job.body.state,
        task: task.body.status,
        report: report.status,
        all: all.body.items.map(({ state }) => state),
        filtered: [succeeded.body.items.length, queued.body.items.length],
        history: history.body.items.at(-1)?.state,
        counted: counts.body.states.succeeded,
      };
    };
    const shown = {
      job: 'succeeded',
      task: 'SUCCESS',
      report: 200,
      all: ['succeeded'],
      filtered: [1, 0],
      history: 'succeeded',
      counted: 1,
    };
    for (let number = 0; number < 30; number += 1) {
      const job = await waited(number);
      expect(job.state).toBe('succeeded');
      // The first to be asked is in turn the process that waited and the other one.
      for (const api of number % 4 < 2 ? apis : [...apis].reverse()) {
        const asked = performance.now();
        const seen = await seenAt(api, job);
        // After 2 s it answers what it has: a machine may stand.
        if (performance.now() - asked < 2_000) expect(seen).toEqual(shown);
        else await eventually(async () => expect(await seenAt(api, job)).toEqual(shown));
      }
    }
  });

  it('wait answers what is so far when the time is over, and at once of a job that has ended', async () => {
    const id = await platform.api.submitted('probe.run', { sleepMs: 60_000 });
    const { body } = await platform.api.get<JobView>(`/v1/jobs/${id}?wait=300ms`);
    expect(['queued', 'running']).toContain(body.state);
    const waiting = platform.api.get<JobView>(`/v1/jobs/${id}?wait=60s`);
    await cancel(id);
    expect((await waiting).body.state).toBe('cancelled');
    const asked = performance.now();
    expect((await platform.api.get<JobView>(`/v1/jobs/${id}?wait=60s`)).body.state).toBe('cancelled');
    expect(performance.now() - asked).toBeLessThan(30_000);
  });

  it.each(['wait=2m', 'wait=soon', 'wait=', 'wait=-1s', 'wait=1s&wait=2s', 'waits=1s'])(
    'refuses %s',
    async (query) => {
      const answer = await platform.api.get(`/v1/jobs/0190163d-8694-739b-aea5-966c26f8ad91?${query}`);
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    },
  );

  it('a stream tells every transition while it happens, then how the job ended', async () => {
    const id = await platform.api.submitted('probe.run', { sleepMs: 300, failTimes: 1 });
    const stream = await readStream(streamOf(id));
    const told = transitions(stream).map(({ data }) => `${data.state as string} ${data.attempt as number}`);
    // They lie on several topics, whose records come in any order.
    expect([...told].sort()).toEqual(['queued 1', 'retrying 1', 'running 1', 'running 2', 'succeeded 2']);
    expect([told[0], told.at(-1)]).toEqual(['queued 1', 'succeeded 2']);
    expect(told.indexOf('retrying 1')).toBeLessThan(told.indexOf('running 2'));
    const end = stream.events.at(-1)!;
    expect(end).toMatchObject({ event: 'end', data: { id, state: 'succeeded', attempt: 2 } });
    expect(jobViewSchema.parse(end.data)).toEqual(end.data);
    expect(
      transitions(stream)
        .map(({ data }) => coordinates(data))
        .sort(),
    ).toEqual((await historyOf(id, 'succeeded')).sort());
  });

  it('a stream of an ended job tells its past and ends; once all was seen there is none', async () => {
    const id = await platform.api.submitted('probe.run', {});
    await platform.api.finished(id);
    const stream = await readStream(streamOf(id));
    expect(stream.events.at(-1)).toMatchObject({ event: 'end', data: { state: 'succeeded' } });
    const last = transitions(stream).at(-1)!.id!;
    expect(await readStream(streamOf(id), last)).toEqual({ status: 204, events: [] });
  });

  it('refuses a stream of no job, and a Last-Event-ID that is none', async () => {
    expect(await platform.api.get('/v1/jobs/7/stream')).toMatchObject({ status: 400 });
    const unknown = await eventually(async () => {
      const answer = await platform.api.get('/v1/jobs/0190163d-8694-739b-aea5-966c26f8ad91/stream');
      // As long as the projection is behind nobody can know.
      expect(answer.status).not.toBe(503);
      return answer;
    });
    expect(unknown).toMatchObject({ status: 404 });
    const id = await platform.api.submitted('probe.run', {});
    const answer = await platform.api.request('GET', `/v1/jobs/${id}/stream`, {
      headers: { 'last-event-id': '<script>' },
    });
    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
  });

  it('SIGTERM ends waits with what is known, and streams without an end, so that clients go on elsewhere', async () => {
    const api = await platform.launch('api');
    const id = await platform.api.submitted('probe.run', { sleepMs: 60_000 });
    const waiting = fetch(`${api.url}/v1/jobs/${id}?wait=60s`);
    const streaming = readStream(`${api.url}/v1/jobs/${id}/stream`);
    await eventually(async () => {
      const { body } = await platform.api.get<JobView>(`/v1/jobs/${id}`);
      expect(body.state).toBe('running');
    });
    expect(await api.stop()).toBe(0);
    expect(await (await waiting).json()).toMatchObject({ id, state: 'running' });
    expect((await streaming).events.map(({ event }) => event)).not.toContain('end');
    await cancel(id);
    expect(await platform.api.finished(id)).toMatchObject({ state: 'cancelled' });
  });
});
