import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problemSchema } from '@jobstream/contracts/rest';
import { Platform, readTopics, type Answer } from '@jobstream/testing';

const probe = { type: 'probe.run', payload: {} };
const thumbnail = { type: 'image.thumbnail', payload: { imageId: 'a' } };
const schedule = { every: '1h', job: probe };

describe('times that make no sense get a clear problem document', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1 } });
  });
  afterAll(() => platform?.stop());

  function faultsOf(answer: Answer<unknown>, status: number, code: string): string[] {
    expect(answer).toMatchObject({ status, body: { status, code } });
    return (problemSchema.parse(answer.body).errors ?? []).map(
      ({ pointer, detail }) => `${pointer}: ${detail}`,
    );
  }
  const send = (method: string, path: string, body?: unknown) =>
    platform.api.request<unknown>(method, path, {
      ...(body !== undefined && {
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      }),
    });
  const put = (changes: object, name = 'nightly') =>
    send('PUT', `/v1/schedules/${name}`, { ...schedule, ...changes });

  it.each([
    ['a bad minute', { every: undefined, cron: '61 3 * * *' }, /^\/cron: .*field minute.*"61".*0 to 59/],
    ['a bad day', { every: undefined, cron: '0 3 32 * *' }, /^\/cron: .*field day of month.*1 to 31/],
    ['too few fields', { every: undefined, cron: '0 3 *' }, /^\/cron: .*3 fields/],
    ['a day no year has', { every: undefined, cron: '0 0 30 2 *' }, /^\/cron: .*never fire/],
    ['an unknown zone', { every: undefined, cron: '0 3 * * *', timeZone: 'Mars' }, /^\/timeZone: .*IANA/],
    ['neither cron nor every', { every: undefined }, /^\/cron: /],
    ['both', { cron: '0 3 * * *' }, /^\/every: .*not both/],
    ['a step of nothing', { every: '0s' }, /^\/every: .*1s to/],
    ['an unknown policy', { misfire: 'all' }, /^\/misfire: /],
    ['an unknown field', { owner: 'me' }, /^\/owner: /],
  ])('a schedule with %s', async (_, changes, fault) => {
    expect(faultsOf(await put(changes), 422, 'invalid_request')).toEqual([expect.stringMatching(fault)]);
  });

  it.each([
    ['a bad minute', { cron: '61 3 * * *' }, /^\/cron: .*field minute/],
    ['an unknown zone', { cron: '0 3 * * *', timeZone: 'Mars' }, /^\/timeZone: .*IANA/],
    ['nothing in it', {}, /^\/cron: /],
    ['both', { cron: '0 3 * * *', every: '5m' }, /^\/every: .*not both/],
    ['a job', { every: '5m', job: probe }, /^\/job: /],
  ])('a preview with %s', async (_, timing, fault) => {
    const answer = await send('POST', '/v1/schedules/preview', timing);
    expect(faultsOf(answer, 422, 'invalid_request')).toEqual([expect.stringMatching(fault)]);
  });

  it('a schedule whose job can not be: unknown type, payload that breaks the schema, priority without lanes', async () => {
    const job = (changes: object) => put({ job: { ...probe, ...changes } });
    expect(faultsOf(await job({ type: 'no.such' }), 422, 'unknown_type')[0]).toMatch(/^\/job\/type: /);
    expect(faultsOf(await job({ payload: { sleepMs: -1 } }), 422, 'invalid_payload')[0]).toMatch(
      /^\/job\/payload\/sleepMs: /,
    );
    expect(faultsOf(await job({ ...thumbnail, priority: 'high' }), 422, 'invalid_request')[0]).toMatch(
      /^\/job\/priority: /,
    );
  });

  it('schedules that are not there, can not be called so, or can not go', async () => {
    faultsOf(await put({}, 'Not%20A%20Name'), 400, 'invalid_schedule_name');
    faultsOf(await send('GET', '/v1/schedules/none'), 404, 'schedule_not_found');
    faultsOf(await send('DELETE', '/v1/schedules/none'), 404, 'schedule_not_found');
    faultsOf(await send('POST', '/v1/schedules/none/fire'), 404, 'schedule_not_found');
    faultsOf(await send('DELETE', '/v1/schedules/daily-stats'), 409, 'schedule_declared');
    faultsOf(await send('PUT', '/v1/schedules/nightly', null), 422, 'invalid_request');
  });

  it.each([
    ['both delay and runAt', { delay: '1m', runAt: '2030-01-01T00:00:00Z' }, /^\/runAt: .*not both/],
    ['a negative delay', { delay: '-5s' }, /^\/delay: /],
    ['a delay without a unit', { delay: '10' }, /^\/delay: .*unit/],
    ['a delay of more than ten years', { delay: '4000d' }, /^\/delay: .*ten years/],
    ['a runAt of more than ten years ahead', { runAt: '2099-01-01T00:00:00Z' }, /^\/runAt: .*ten years/],
    ['a runAt that is no time', { runAt: 'tomorrow' }, /^\/runAt: /],
    ['a priority where there is one lane', { ...thumbnail, priority: 0 }, /^\/priority: .*one lane/],
  ])('a job with %s', async (_, changes, fault) => {
    const { api, topics } = platform;
    const answer = await api.post<unknown>('/v1/jobs', { ...probe, ...changes });
    expect(faultsOf(answer, 422, 'invalid_request')).toEqual([expect.stringMatching(fault)]);
    expect(await readTopics([topics.delayed, topics.requests('probe'), topics.requests('image')])).toEqual(
      [],
    );
  });

  it('a job whose time is past is queued at once', async () => {
    const { status, body } = await platform.api.post('/v1/jobs', { ...probe, runAt: '2001-01-01T00:00:00Z' });
    expect([status, body.state]).toEqual([202, 'queued']);
    expect(await readTopics([platform.topics.delayed])).toEqual([]);
    expect(await readTopics([platform.topics.requests('probe')])).toHaveLength(1);
  });
});
