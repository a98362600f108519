import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { eventually, Platform, writeRecords } from '@jobstream/testing';

const missing = newJobId();
const ask = { source: 'dead-letters', queue: 'probe', why: 'a test' };
const hour = 3_600_000;
const at = (ms: number) => new Date(Date.now() + ms).toISOString();

describe('a replay that makes no sense', () => {
  let platform: Platform;
  let failed: string;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 } });
    failed = await platform.api.submitted('probe.run', { failRuns: 9, failWith: 'non-retryable' });
    await platform.api.finished(await platform.api.submitted('probe.run', {}));
    await platform.api.finished(failed);
  });
  afterAll(() => platform?.stop());

  const create = (more: object) => platform.api.post('/v1/replays', { ...ask, ...more });

  it.each([
    ['a reversed range', { from: at(0), to: at(-hour) }, 'invalid_request', '/to'],
    [
      'an empty range',
      { from: '2026-01-31T06:00:00Z', to: '2026-01-31T06:00:00Z' },
      'invalid_request',
      '/to',
    ],
    ['a rate of 0', { rate: 0 }, 'invalid_request', '/rate'],
    ['no reason given', { why: undefined }, 'invalid_request', '/why'],
    ['a patch that is none', { patch: [{ op: 'set', path: '/a' }] }, 'invalid_request', '/patch/0/op'],
    ['a field that there is not', { filter: { colour: 'red' } }, 'invalid_request', '/filter/colour'],
    [
      'a time and offsets',
      { from: at(-hour), fromOffsets: [{ topic: 't', partition: 0, offset: 0 }] },
      'invalid_request',
      '/fromOffsets',
    ],
  ])('%s: %j', async (_, more, code, pointer) => {
    const { status, body } = await create(more);
    expect({ status, code: body.code }).toEqual({ status: 422, code });
    expect((body.errors as { pointer: string }[]).map((each) => each.pointer)).toContain(pointer);
  });

  it('an unknown queue', async () => {
    expect(await create({ queue: 'nothing' })).toMatchObject({
      status: 404,
      body: { code: 'queue_not_found' },
    });
  });

  it('a range without records, or offsets outside the log: says what the log holds', async () => {
    const empty = await create({ from: at(hour), to: at(2 * hour) });
    expect(empty).toMatchObject({ status: 422, body: { code: 'nothing_to_replay' } });
    expect(empty.body.detail).toMatch(/dlq\/0: 0 to 0/);
    const topic = platform.topics.deadLetters('probe');
    const outside = await create({
      fromOffsets: [
        { topic, partition: 0, offset: 5 },
        { topic: 'other', partition: 0, offset: 0 },
      ],
    });
    expect(outside).toMatchObject({ status: 422, body: { code: 'offsets_outside_log' } });
    expect(outside.body.errors).toMatchObject([
      { pointer: '/fromOffsets/0', detail: expect.stringContaining('offsets 0 to 0') },
      { pointer: '/fromOffsets/1' },
    ]);
  });

  it('a filter that matches nothing, or only what is not run again', async () => {
    const none = await create({ filter: { errorCode: 'unheard_of' } });
    expect(none).toMatchObject({ status: 422, body: { code: 'nothing_to_replay' } });
    const succeeded = await create({ source: 'history', filter: { state: 'succeeded' } });
    expect(succeeded).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('1 succeeded') },
    });
  });

  it('a patch that breaks the schema: says of which jobs and why', async () => {
    const patch = [{ op: 'add', path: '/sleepMs', value: -1 }];
    const { status, body } = await create({ patch });
    expect({ status, code: body.code }).toEqual({ status: 422, code: 'patch_breaks_schema' });
    expect(body.errors).toEqual([
      { pointer: '/patch', detail: expect.stringContaining(`Job ${failed}: /sleepMs`) },
    ]);
    const survey = await create({ patch, dryRun: true });
    expect(survey.body).toMatchObject({ matched: 1, replayable: 0, failed: 1, faults: [{ id: failed }] });
  });

  it('an unknown replay, one that is over, a cursor of another list', async () => {
    const get = async (path: string) => (await platform.api.get(path)).body.code;
    expect(await get(`/v1/replays/${missing}`)).toBe('replay_not_found');
    expect(await get('/v1/replays/nonsense')).toBe('invalid_replay_id');
    expect(await get('/v1/replays?cursor=nonsense')).toBe('invalid_request');
    expect(await get('/v1/queues/nothing/dead-letters')).toBe('queue_not_found');
    const { body: replay } = await create({ filter: { ids: [failed] } });
    await eventually(async () => {
      expect((await platform.api.get(`/v1/replays/${replay.id as string}`)).body.state).toBe('finished');
    });
    const cancelled = await platform.api.post(`/v1/replays/${replay.id as string}/cancel`, {});
    expect(cancelled).toMatchObject({ status: 409, body: { code: 'replay_over' } });
    expect(cancelled.body.detail).toContain('finished');
  });

  it('a job that is unknown or unfinished, or that keeps failing', async () => {
    const replayJob = async (id: string) => (await platform.api.post(`/v1/jobs/${id}/replay`, {})).body;
    expect(await replayJob('nonsense')).toMatchObject({ code: 'invalid_job_id' });
    expect(await replayJob(missing)).toMatchObject({ code: 'job_not_found' });
    const running = await platform.api.submitted('probe.run', { sleepMs: 2_000 });
    expect(await replayJob(running)).toMatchObject({ code: 'job_unfinished', status: 409 });

    const endOf = (run: number) =>
      eventually(async () => {
        const job = await platform.api.job(failed);
        expect(job).toMatchObject({ run, state: 'dead_lettered' });
        return job;
      });
    for (const run of [3, 4]) {
      expect((await endOf(run - 1)).reason).toBe('non_retryable');
      expect(await replayJob(failed)).toMatchObject({ run });
    }
    expect((await endOf(4)).reason).toBe('parked');
    const unnamed = await create({});
    expect(unnamed).toMatchObject({ status: 422, body: { code: 'nothing_to_replay' } });
    expect(unnamed.body.detail).toContain('1 parked');
    const named = await create({ filter: { reason: 'parked' }, dryRun: true });
    expect(named.body).toMatchObject({ replayable: 1, byReason: { parked: 1 } });
  });

  it('poison, which is listed by its place and can not be redriven', async () => {
    await writeRecords([
      { topic: platform.topics.requests('probe'), key: 'x', value: 'not JSON', headers: {} },
    ]);
    const [poison] = await eventually(async () => {
      const { body } = await platform.api.get<{ items: Record<string, unknown>[] }>(
        '/v1/queues/probe/dead-letters?limit=2',
      );
      expect(body.items[0]).toMatchObject({ reason: 'malformed' });
      return body.items;
    });
    expect(poison).toMatchObject({
      job: null,
      origin: { topic: platform.topics.requests('probe'), offset: expect.any(Number) },
    });
    const survey = await create({ filter: { reason: 'malformed' }, dryRun: true });
    expect(survey.body).toMatchObject({ matched: 1, replayable: 0, skipped: { poison: 1 } });
  });
});
