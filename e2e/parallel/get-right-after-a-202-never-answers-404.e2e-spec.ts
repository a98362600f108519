import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, eventually, Platform, type Answer } from '@jobstream/testing';

describe('GET right after a 202 never answers 404', () => {
  let platform: Platform;
  let clients: ApiClient[];
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 2, projector: 1, 'probe-worker': 1 } });
    clients = platform.all('api').map(({ url }) => new ApiClient(url));
  });
  afterAll(() => platform?.stop());

  const get = (api: ApiClient) => (id: string) => api.get(`/v1/jobs/${id}`);
  /** Asks again where the answer is that it can't tell within 2 s, as it may be when the machine stands. */
  const getOnceKnown = (api: ApiClient) => (id: string) =>
    eventually(async () => {
      const answer = await get(api)(id);
      if (answer.status === 503) expect(answer.body.code).not.toBe('projection_behind');
      return answer;
    });

  async function submitAndGet(times: number, read: (id: string) => Promise<Answer>): Promise<number[]> {
    const statuses: number[] = [];
    const lane = async () => {
      while (statuses.length < times) {
        const { status, body } = await clients[0]!.submit('probe.run', {});
        expect(status).toBe(202);
        statuses.push((await read(body.id as string)).status);
      }
    };
    await Promise.all(Array.from({ length: 50 }, lane));
    return statuses;
  }

  it('1,000 times, 50 at once, at the process that accepted it', async () => {
    const statuses = await submitAndGet(1_000, get(clients[0]!));
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it('and at another process, which asks the projection', async () => {
    const statuses = await submitAndGet(200, getOnceKnown(clients[1]!));
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
  });

  it('while an id that nobody was given is a true 404', async () => {
    const answer = await getOnceKnown(clients[0]!)('0190163d-8694-739b-aea5-966c26f8ad91');
    expect(answer).toMatchObject({ status: 404, body: { code: 'job_not_found' } });
  });
});
