import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { jobRunPageSchema, type JobRunPage, type ReplayPage } from '@jobstream/contracts/rest';
import { TopicAdmin } from '@jobstream/kafka';
import { connectToBroker, eventually, Platform } from '@jobstream/testing';

describe('the runs of a job', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform?.stop());

  async function runsOf(id: string, query = ''): Promise<JobRunPage> {
    const { status, body } = await platform.api.get<JobRunPage>(`/v1/jobs/${id}/runs${query}`);
    expect([status, body]).toMatchObject([200, {}]);
    return jobRunPageSchema.parse(body);
  }

  /** Runs the job again, and waits for the end of that run. */
  async function replay(id: string, body: object): Promise<void> {
    const { body: accepted } = await platform.api.post<{ run: number }>(`/v1/jobs/${id}/replay`, body);
    await eventually(async () =>
      expect(await platform.api.finished(id)).toMatchObject({ run: accepted.run }),
    );
  }

  /** A job that failed, was mended by a replay, and ran a third time as it was. */
  async function thriceRun(): Promise<string> {
    const id = await platform.api.submitted('probe.run', {
      failTimes: 1,
      failWith: 'non-retryable',
      note: 'big 12345678901234567890',
    });
    await platform.api.finished(id);
    await replay(id, { why: 'mended', patch: [{ op: 'replace', path: '/failTimes', value: 0 }] });
    await replay(id, {});
    return id;
  }

  it('are listed newest first, each with why it began and how it ended', async () => {
    const id = await thriceRun();
    const { items, next } = await runsOf(id);
    const { body: replays } = await platform.api.get<ReplayPage>('/v1/replays?limit=2');
    const [third, second] = replays.items.map((each) => each.id);
    expect(next).toBeNull();
    expect(items).toMatchObject([
      { run: 3, state: 'succeeded', attempts: 1, cause: { kind: 'replay', replay: third, why: null } },
      {
        run: 2,
        state: 'succeeded',
        cause: {
          kind: 'replay',
          replay: second,
          why: 'mended',
          patch: [{ op: 'replace', path: '/failTimes', value: 0 }],
        },
      },
      {
        run: 1,
        state: 'dead_lettered',
        reason: 'non_retryable',
        error: { code: expect.any(String) },
        cause: { kind: 'submitted', replay: null },
        request: { topic: platform.topics.requests('probe') },
        outcome: { topic: platform.topics.deadLetters('probe') },
      },
    ]);
    for (const { payload, result, missing, acceptedAt, finishedAt } of items) {
      expect([payload, result, missing]).toEqual([null, null, []]);
      expect(Date.parse(finishedAt!)).toBeGreaterThanOrEqual(Date.parse(acceptedAt!));
    }
    expect((await runsOf(id.toUpperCase(), '?limit=2')).next).toBe('2');
    expect((await runsOf(id, '?limit=2&cursor=2')).items.map(({ run }) => run)).toEqual([1]);
  });

  it('have their payloads and results where asked for, and say what the log has lost', async () => {
    const id = await thriceRun();
    const { items } = await runsOf(id, '?payload=true');
    expect(items.map(({ payload }) => payload)).toMatchObject([
      { failTimes: 0, note: 'big 12345678901234567890' },
      { failTimes: 0 },
      { failTimes: 1 },
    ]);
    expect(items.map(({ result }) => result !== null)).toEqual([true, true, false]);
    expect(items.map(({ missing }) => missing)).toEqual([[], [], []]);
    const { topic, partition, offset } = items[1]!.request!;
    const admin = new TopicAdmin(connectToBroker());
    try {
      await admin.deleteRecordsBefore(topic, [{ partition, offset: offset + 1 }]);
    } finally {
      await admin.stop();
    }
    const later = await runsOf(id, '?payload=true');
    expect(later.items.map(({ payload }) => payload !== null)).toEqual([true, false, true]);
    expect(later.items[1]).toMatchObject({ missing: ['payload'], result: items[1]!.result });
  });

  it('are known right after a 202; of a job that there is not are none', async () => {
    const { body } = await platform.api.submit('probe.run', {});
    expect((await runsOf(body.id as string)).items).toMatchObject([{ run: 1 }]);
    const answer = await eventually(async () => {
      const found = await platform.api.get(`/v1/jobs/${newJobId()}/runs`);
      expect(found.status).not.toBe(503);
      return found;
    });
    expect(answer).toMatchObject({ status: 404, body: { code: 'job_not_found' } });
  });

  it.each(['payload=yes', 'cursor=0', 'cursor=-1', 'cursor=99999999999', 'limit=51', 'run=1'])(
    'refuse the query %s',
    async (query) => {
      const answer = await platform.api.get(`/v1/jobs/${newJobId()}/runs?${query}`);
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    },
  );
});
