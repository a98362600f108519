import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRecord, encodeRecord, type JobRecord } from '@jobstream/contracts/records';
import { eventually, Platform, readTopics, writeRecords } from '@jobstream/testing';
import { AttemptLedger } from '../attempt-ledger.js';

const succeeding = 1_500;
const failing = 150;

interface Replay {
  readonly id: string;
  readonly state: string;
  readonly matched: number;
  readonly replayed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly skippedBy: Record<string, number>;
}

describe('a replayed job', () => {
  let platform: Platform;
  const range = { from: '', to: '' };
  const ids = { succeeding: [] as string[], failing: [] as string[] };
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 2, 'probe-worker': 1 },
      ownRoles: true,
    });
    range.from = new Date(Date.now() - 1_000).toISOString();
    ids.succeeding = await submit(succeeding, {});
    ids.failing = await submit(failing, { failRuns: 1, failWith: 'non-retryable' });
    await eventually(() => expect(new AttemptLedger(platform).ended()).toBe(succeeding + failing), {
      everyMs: 200,
    });
    range.to = new Date().toISOString();
  });
  afterAll(() => platform?.stop());

  async function submit(count: number, payload: object): Promise<string[]> {
    const items = Array.from({ length: count }, () => ({ type: 'probe.run', payload }));
    const { status, body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', {
      items,
    });
    expect(status).toBe(202);
    return body.items.map(({ id }) => id);
  }

  async function start(more: object): Promise<string> {
    const { status, body } = await platform.api.post('/v1/replays', {
      source: 'history',
      queue: 'probe',
      why: 'a test',
      rate: 1_000,
      ...range,
      ...more,
    });
    expect({ status, body }).toMatchObject({ status: 202 });
    return body.id as string;
  }

  const finished = (id: string) =>
    eventually(
      async () => {
        const { body } = await platform.api.get<Replay>(`/v1/replays/${id}`);
        expect(body.state).toBe('finished');
        return body;
      },
      { everyMs: 100 },
    );

  /** How often second runs of these jobs were started, once each was at least once and all have ended. */
  const secondStarts = (jobs: readonly string[]) =>
    eventually(
      () => {
        const starts = new AttemptLedger(platform).startsOf(2);
        const counts = jobs.map((id) => starts.get(id) ?? 0);
        expect(counts.filter((count) => count === 0)).toEqual([]);
        return counts;
      },
      { everyMs: 200 },
    );

  it(`of a range with ${succeeding} succeeded and ${failing} failed jobs is run if it is one of the ${failing}`, async () => {
    const replay = await finished(await start({}));
    expect(replay).toMatchObject({
      matched: succeeding + failing,
      replayed: failing,
      skipped: succeeding,
      failed: 0,
      skippedBy: { succeeded: succeeding },
    });
    const starts = await secondStarts(ids.failing);
    const others = new AttemptLedger(platform).startsOf(2).size - failing;
    expect({ most: Math.max(...starts), others }).toEqual({ most: 1, others: 0 });
    console.log(
      `a range with ${succeeding} succeeded and ${failing} failed jobs: ${replay.replayed} run again, ${replay.skipped} passed over`,
    );
  });

  it('of two replays of the same range at once runs once', async () => {
    const [one, two] = await Promise.all(
      [start({ only: 'all' }), start({ only: 'all' })].map(async (id) => finished(await id)),
    );
    expect(one!.replayed + two!.replayed).toBe(succeeding);
    const starts = await secondStarts(ids.succeeding);
    expect(Math.max(...starts)).toBe(1);
    console.log(
      `two replays of the same ${succeeding} jobs at once made ${one!.replayed} and ${two!.replayed} runs, each started once`,
    );
  });

  it('keeps what its first run came to in the history', async () => {
    const [id] = ids.succeeding;
    const { body } = await platform.api.get<{ items: { run: number; state: string }[] }>(
      `/v1/jobs/${id}/history`,
    );
    expect(body.items.map(({ run, state }) => `${run} ${state}`)).toEqual(
      expect.arrayContaining(['1 queued', '1 succeeded', '2 queued']),
    );
  });

  it('is overwritten by no late final of run 1, while it runs and once it has ended', async () => {
    const id = await platform.api.submitted('probe.run', { failRuns: 1, failWith: 'non-retryable' });
    expect(await platform.api.finished(id)).toMatchObject({ state: 'dead_lettered', run: 1 });
    const first = await firstRecordOf(id);
    const { status, body } = await platform.api.post(`/v1/jobs/${id}/replay`, {
      patch: [{ op: 'add', path: '/sleepMs', value: 6_000 }],
    });
    expect({ status, body }).toMatchObject({ status: 202, body: { id, run: 2 } });

    await writeLateSuccess(first, 'while run 2 runs');
    const unended = expect.stringMatching(/^(queued|running)$/);
    expect(await platform.api.job(id)).toMatchObject({ run: 2, state: unended, result: null });
    expect(await platform.api.finished(id)).toMatchObject({ run: 2, state: 'succeeded' });

    await writeLateSuccess(first, 'after run 2');
    const job = await platform.api.job(id);
    expect(job).toMatchObject({ run: 2, state: 'succeeded', result: { sleptMs: expect.any(Number) } });
    console.log(`two late successes of run 1 were projected; the job shows run ${job.run}, ${job.state}`);
  });

  async function firstRecordOf(id: string): Promise<JobRecord> {
    const [first] = (await readTopics([platform.topics.requests('probe')]))
      .map(({ value, headers }) => decodeRecord(value, headers))
      .filter((read): read is JobRecord => !('fault' in read) && read.value.id === id && read.run === 1);
    return first!;
  }

  /** Writes what a worker could that woke up in this run, and waits until the projection has it. */
  async function writeLateSuccess(first: JobRecord, result: string): Promise<void> {
    const { v, id, type, queue } = first.value;
    const now = new Date().toISOString();
    const start = { worker: 'frozen', at: now };
    const late = encodeRecord({
      run: 1,
      attempt: 1,
      createdAt: first.createdAt,
      phase: 'succeeded',
      value: { v, id, type, queue, start, finishedAt: now, result },
    });
    const [receipt] = await writeRecords([{ topic: platform.topics.events, ...late }]);
    await eventually(async () => {
      const { body } = await platform.api.get<{ items: { offset: number; topic: string }[] }>(
        `/v1/jobs/${id}/history`,
      );
      expect(
        body.items.some(({ topic, offset }) => topic === receipt!.topic && offset === receipt!.offset),
      ).toBe(true);
    });
  }
});
