import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, Platform, readTopics } from '@jobstream/testing';

describe('the same Idempotency-Key makes one job', () => {
  let platform: Platform;
  let clients: ApiClient[];
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 2, projector: 1 } });
    clients = platform.all('api').map(({ url }) => new ApiClient(url));
  });
  afterAll(() => platform?.stop());

  const submit = (nth: number, key: string, note: string) =>
    clients[nth % 2]!.submit('probe.run', { note }, { 'idempotency-key': key });

  it('sent 50 times at once to two processes: one job, 50 equal answers', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, (_, nth) => submit(nth, key, 'once')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);

    const requests = await readTopics([platform.topics.requests('probe')]);
    const ids = requests.map(({ key: id }) => id?.toString());
    expect(ids).toEqual([answers[0]!.body.id]);
  });

  it('with another body: 422', async () => {
    const key = randomUUID();
    expect((await submit(0, key, 'first')).status).toBe(202);
    expect(await submit(1, key, 'second')).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    });
  });

  it('over a whole batch: the same ids again', async () => {
    const items = Array.from({ length: 20 }, () => ({ type: 'probe.run', payload: {} }));
    const headers = { 'idempotency-key': randomUUID() };
    const [first, second] = await Promise.all(
      clients.map((client) => client.post('/v1/jobs/batch', { items }, headers)),
    );
    expect(first).toMatchObject({ status: 202, body: { accepted: 20, rejected: 0 } });
    expect(second!.body).toEqual(first!.body);
  });
});
