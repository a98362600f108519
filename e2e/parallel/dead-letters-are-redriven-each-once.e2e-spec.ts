import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform, type JobAnswer } from '@jobstream/testing';
import { AttemptLedger } from '../attempt-ledger.js';

const count = 800;
const rate = 160;

describe('dead letters are redriven after the fault is fixed', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 2, 'probe-worker': 1 },
    });
  });
  afterAll(() => platform?.stop());

  /** Jobs whose fault is gone with their second run. */
  async function makeDeadLetters(): Promise<string[]> {
    const items = Array.from({ length: count }, () => ({
      type: 'probe.run',
      payload: { failRuns: 1, failWith: 'non-retryable' },
    }));
    const { body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', { items });
    await eventually(
      async () => {
        const { body: queue } = await platform.api.get<{ deadLetters: number }>('/v1/queues/probe');
        expect(queue.deadLetters).toBe(count);
      },
      { everyMs: 300 },
    );
    return body.items.map(({ id }) => id);
  }

  const read = async (id: string) => (await platform.api.get(`/v1/replays/${id}`)).body;

  /** Kills the scheduler that runs the replay once it has made so many runs; resolves with how many it had made. */
  async function killRunner(id: string, after: number): Promise<number> {
    const made = await eventually(
      async () => {
        const { replayed } = await read(id);
        expect(replayed).toBeGreaterThan(after);
        return replayed as number;
      },
      { everyMs: 20 },
    );
    const takings = platform.processes.flatMap((scheduler) =>
      scheduler.log
        .filter(({ msg, replay }) => msg === 'replay taken' && replay === id)
        .map(({ time }) => ({ scheduler, time })),
    );
    const { scheduler } = takings.sort((a, b) => a.time.localeCompare(b.time)).at(-1)!;
    await scheduler.crash();
    // The other one goes on meanwhile; this one may take the replay, and be killed, before it is ready.
    await platform.launchUnready('scheduler', {});
    return made;
  }

  it(`${count} of them, killed twice on the way: all succeed, each once`, async () => {
    const ids = await makeDeadLetters();
    const dryRun = await eventually(async () => {
      const answer = await platform.api.post('/v1/replays', {
        source: 'dead-letters',
        queue: 'probe',
        dryRun: true,
      });
      // The letters are in the log, but not all projected yet: what it answers then.
      if (answer.status === 503) expect(answer.body.code).not.toBe('projection_behind');
      return answer;
    });
    expect(dryRun).toMatchObject({
      status: 200,
      body: { matched: count, replayable: count, byReason: { non_retryable: count }, complete: true },
    });
    const started = performance.now();
    const { status, body } = await platform.api.post('/v1/replays', {
      source: 'dead-letters',
      queue: 'probe',
      rate,
      why: 'the fault is fixed',
    });
    expect(status).toBe(202);
    const id = body.id as string;
    const kills = [await killRunner(id, 120), await killRunner(id, 400)];
    const replay = await eventually(
      async () => {
        const now = await read(id);
        expect(now.state).toBe('finished');
        return now;
      },
      { everyMs: 200 },
    );
    const seconds = (performance.now() - started) / 1_000;
    expect(replay).toMatchObject({ matched: count, replayed: count, skipped: 0, failed: 0, expected: count });
    expect(kills.every((made) => made < count)).toBe(true);

    const jobs: JobAnswer[] = [];
    for (const job of ids) jobs.push(await platform.api.finished(job));
    expect(jobs.filter(({ state, run }) => state !== 'succeeded' || run !== 2)).toEqual([]);
    const startsOf = new AttemptLedger(platform).startsOf(2);
    const counts = ids.map((job) => startsOf.get(job) ?? 0);
    console.log(
      `${count} dead letters redriven at ${rate} a second, the process killed after ${kills.join(' and ')}: ` +
        `${jobs.length} succeeded in ${seconds.toFixed(1)} s, second runs started ${counts.reduce((a, b) => a + b, 0)} times, ` +
        `at most ${Math.max(...counts)} a job`,
    );
    expect(counts.filter((starts) => starts !== 1)).toEqual([]);
  });
});
