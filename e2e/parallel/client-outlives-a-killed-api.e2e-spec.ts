import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JobFailedError, JobstreamClient, ProblemError, type JobEvent } from '@jobstream/client';
import type { JobView } from '@jobstream/contracts/rest';
import { imageThumbnail, probeRun } from '@jobstream/jobs';
import { eventually, Platform } from '@jobstream/testing';

async function gather<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('the client outlives a killed API: no submit is lost or doubled, no event is told twice', () => {
  let platform: Platform;
  let client: JobstreamClient;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'probe-worker': 1 } });
    client = new JobstreamClient({ url: platform.one('api').url });
  });
  afterAll(() => platform.stop());

  it('answers the result of a job, by the types of its definition', async () => {
    const result = await client.submitAndWait(probeRun, { note: 'typed' });
    expect(result.note).toBe('typed');
  });

  it('throws what became of a job that failed', async () => {
    const failed = client.submitAndWait(probeRun, { failTimes: 1, failWith: 'non-retryable' });
    await expect(failed).rejects.toMatchObject({ name: 'JobFailedError', reason: 'non_retryable' });
    await expect(failed).rejects.toBeInstanceOf(JobFailedError);
  });

  it('throws problems with their code, at once where asking again can’t help', async () => {
    const refused = client.submit(imageThumbnail, { imageId: '../etc' });
    await expect(refused).rejects.toBeInstanceOf(ProblemError);
    await expect(refused).rejects.toMatchObject({ code: 'invalid_payload', status: 422 });
  });

  it('ends when it is told to', async () => {
    const { id } = await client.submit(probeRun, { sleepMs: 3_000 });
    const stop = new AbortController();
    const waiting = client.wait(id, { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });

  it('tells of each item of a batch', async () => {
    const payloads = Array.from({ length: 300 }, (_, n) => ({ note: String(n), cpuMs: n === 7 ? -1 : 0 }));
    const items = await gather(client.submitBatch(probeRun, payloads, { submittedFor: 'batch' }));
    expect(items.map(({ index }) => index)).toEqual(payloads.map((_, n) => n));
    expect(items.flatMap((item) => ('error' in item ? [[item.index, item.error.code]] : []))).toEqual([
      [7, 'invalid_payload'],
    ]);
    const refused = await gather(client.submitBatch(probeRun, [{ cpuMs: -1 }, { cpuMs: -2 }]));
    expect(refused).toMatchObject([
      { index: 0, error: { errors: [{ pointer: '/payload/cpuMs' }] } },
      { index: 1, error: { errors: [{ pointer: '/payload/cpuMs' }] } },
    ]);
  });

  it('submits each job once although the API dies under it, and lists them all', async () => {
    const wave = (count: number) =>
      Promise.all(
        Array.from({ length: count }, () => client.submit(probeRun, {}, { submittedFor: 'killed' })),
      );
    await wave(5);
    const open = wave(200);
    await platform.crash(platform.one('api'));
    const ids = new Set((await open).map(({ id }) => id));
    expect(ids.size).toBe(200);
    for (const id of ids) await client.wait(id);
    // Waits are answered from the log, the list from rows, which may come later.
    const listed = await eventually(async () => {
      const jobs = await gather(client.list({ submittedFor: 'killed' }));
      expect(jobs.length).toBeGreaterThanOrEqual(205);
      return jobs;
    });
    expect(listed.length).toBe(205);
    console.log(
      `205 jobs submitted across a kill -9 of the API: ${listed.length} jobs, none lost or doubled`,
    );
  });

  it('follows a job across the death of the API, each transition once', async () => {
    const { id } = await client.submit(probeRun, { failTimes: 1, sleepMs: 2_500 });
    const events: JobEvent[] = [];
    let crashed: Promise<unknown> | undefined;
    for await (const event of client.follow(id)) {
      events.push(event);
      const isRunning = event.kind === 'transition' && event.transition.state === 'running';
      if (isRunning) crashed ??= platform.crash(platform.one('api'));
    }
    await crashed;
    expect(crashed).toBeDefined();
    const places = events.flatMap((event) =>
      event.kind === 'transition'
        ? [`${event.transition.topic}/${event.transition.partition}/${event.transition.offset}`]
        : [],
    );
    expect(new Set(places).size).toBe(places.length);
    // The end is told from the log, the history is read from rows, which may come later.
    const history = await eventually(async () => {
      const transitions = await client.readHistory(id);
      expect(transitions.at(-1)).toMatchObject({ state: 'succeeded' });
      return transitions;
    });
    expect(places.length).toBe(history.length);
    const end = events.at(-1) as { kind: string; job: JobView };
    expect(end).toMatchObject({ kind: 'end', job: { id, state: 'succeeded', attempt: 2 } });
    console.log(`followed ${places.length} transitions across a kill -9 of the API, each once`);
  });
});
