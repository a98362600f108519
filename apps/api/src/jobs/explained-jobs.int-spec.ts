import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineJob } from '@jobstream/contracts';
import { jobExplanationSchema, type CauseCode, type JobExplanation } from '@jobstream/contracts/rest';
import { probeQueue, probeRun } from '@jobstream/jobs';
import { RecordProducer } from '@jobstream/kafka';
import { connectToBroker, eventually, Platform, publishJobTypes } from '@jobstream/testing';

const lasting = { sleepMs: 60_000 };

describe('an explanation', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1 } });
  });
  afterAll(() => platform?.stop());

  async function explain(id: string): Promise<JobExplanation> {
    const { status, body } = await platform.api.get(`/v1/jobs/${id}/explain`);
    expect(status).toBe(200);
    return jobExplanationSchema.parse(body);
  }

  /** The explanation once this is what holds the job. */
  const heldBy = (id: string, code: CauseCode) =>
    eventually(async () => {
      const explanation = await explain(id);
      expect(explanation.cause?.code).toBe(code);
      return explanation;
    });

  async function submitted(
    payload: object,
    more: object = {},
    type: string = probeRun.type,
  ): Promise<string> {
    const { status, body } = await platform.api.post<{ id: string }>('/v1/jobs', { type, payload, ...more });
    expect(status).toBe(202);
    return body.id;
  }

  const running = (id: string) =>
    eventually(async () => expect((await platform.api.job(id)).state).toBe('running'));
  const order = async (path: string, body: object = {}) => {
    const answer = await platform.api.request(
      path === 'limits' ? 'PUT' : 'POST',
      `/v1/queues/probe/${path}`,
      {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      },
    );
    expect(answer.status).toBe(202);
  };
  const end = async (...ids: string[]) => {
    for (const id of ids) await platform.api.request('POST', `/v1/jobs/${id}/cancel`);
    for (const id of ids) await platform.api.finished(id);
  };

  it('names the time of a job for later, before the worker that its queue lacks', async () => {
    const id = await submitted({}, { delay: '1h' });
    const { cause, behind, start } = await heldBy(id, 'not_due');
    expect(cause!.until).toBe((await platform.api.job(id)).nextAttemptAt);
    expect(behind).toMatchObject([{ code: 'no_worker' }]);
    expect(start.p50Seconds).toBeGreaterThan(3_500);
  });

  it('names the lack of a worker, then a pause, then a worker without the type', async () => {
    const { payload, result } = probeRun;
    const other = defineJob({ type: 'probe.other', queue: probeQueue, payload, result, retries: 0 });
    const producer = new RecordProducer(connectToBroker());
    await producer.start();
    await publishJobTypes(producer, platform.topics, [other]);
    await producer.stop();
    const id = await eventually(() => submitted({}, {}, 'probe.other'));
    expect((await heldBy(id, 'no_worker')).verdict).toContain('no process works on the queue probe');
    await order('pause');
    expect(await heldBy(id, 'queue_paused')).toMatchObject({
      cause: { since: expect.any(String) },
      behind: [{ code: 'no_worker' }],
    });
    await platform.launch('probe-worker', undefined, { CONCURRENCY: '1' });
    await eventually(async () =>
      expect((await explain(id)).behind).toMatchObject([{ code: 'no_worker_for_type' }]),
    );
    await order('resume');
    expect(await platform.api.finished(id)).toMatchObject({ state: 'dead_lettered' });
    expect(await explain(id)).toMatchObject({ state: 'dead_lettered', cause: null, behind: [] });
  });

  it('names the retry that is not due', async () => {
    const id = await submitted({ failTimes: 3 });
    expect(await heldBy(id, 'retry_not_due')).toMatchObject({
      state: 'retrying',
      cause: { text: expect.stringContaining('probe_failed'), until: expect.any(String) },
    });
    await end(id);
  });

  it('names the running job of its key', async () => {
    const first = await submitted(lasting, { orderingKey: 'ada' });
    await running(first);
    expect(await explain(first)).toMatchObject({ state: 'running', cause: null });
    const id = await submitted({}, { orderingKey: 'ada' });
    expect(await heldBy(id, 'ordering_key')).toMatchObject({ cause: { jobs: [first] } });
    await end(first, id);
  });

  it('names the job at the head of its partition, and the lanes that are picked more often', async () => {
    const first = await submitted(lasting, { orderingKey: 'grace' });
    await running(first);
    const others: string[] = [];
    for (let nth = 0; nth < 30; nth += 1) others.push(await submitted({}));
    const low = await submitted({}, { priority: 'low' });
    const held = await eventually(async () => {
      const explained = await Promise.all(others.map(explain));
      const found = explained.find(({ cause }) => cause?.jobs.includes(first));
      expect(found?.cause).toMatchObject({
        code: 'backlog',
        place: { topic: platform.topics.requests('probe') },
      });
      return found!;
    });
    expect(held.cause!.text).toContain(`${first} is running since`);
    expect(held.start.p50Seconds ?? held.start.why).not.toBeNull();
    expect((await heldBy(low, 'lane_share')).cause!.ahead).toBeGreaterThanOrEqual(30);
    await end(first, ...others, low);
  });

  it('names a limit that is used up, and the jobs that use it', async () => {
    await order('limits', { perKey: { field: 'note', concurrency: 1 } });
    const first = await submitted({ ...lasting, note: 'ada' });
    await running(first);
    await platform.launch('probe-worker');
    const id = await submitted({ note: 'ada' });
    expect(await heldBy(id, 'limit')).toMatchObject({
      cause: {
        jobs: [first],
        workers: [expect.any(String)],
        limit: { id: 'probe/note=ada', allows: '1 at once', inUse: 1 },
      },
    });
    await order('limits');
    await end(first, id);
  });

  it('names who holds the claim of a running job, and says that its worker has gone', async () => {
    const { body } = await platform.api.submit(probeRun.type, lasting, { 'idempotency-key': 'claimed' });
    const id = body.id as string;
    await running(id);
    const runs = await explain(id);
    expect(runs).toMatchObject({ cause: null, verdict: expect.stringContaining('holds its claim') });
    await Promise.all(platform.all('probe-worker').map((worker) => worker.crash()));
    const held = await eventually(async () => {
      const explanation = await explain(id);
      expect(explanation.cause?.code).toBe('no_worker');
      return explanation;
    });
    expect(held.verdict).toContain('the one that ran it has gone');
  });

  it('names the suspicion of a job whose worker has died with it', async () => {
    await platform.launch('probe-worker');
    const id = await submitted(lasting);
    await running(id);
    await platform.one('probe-worker').crash();
    await platform.launch('probe-worker');
    expect((await heldBy(id, 'suspect')).cause!.text).toContain('Its own deaths: 0.');
    await end(id);
  });

  it('says that the status is behind the log while no projector runs', async () => {
    await platform.one('projector').crash();
    const id = await submitted({}, { orderingKey: 'behind' });
    const { cause, verdict } = await heldBy(id, 'projection_behind');
    expect(cause!.ahead).toBeGreaterThan(0);
    expect(verdict).toContain('behind the log');
  });

  it('is only of jobs that exist', async () => {
    expect(await platform.api.get('/v1/jobs/nobody/explain')).toMatchObject({
      status: 400,
      body: { code: 'invalid_job_id' },
    });
  });
});
