import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  topicPageSchema,
  topicRecordsSchema,
  type TopicPage,
  type TopicRecordsPage,
} from '@jobstream/contracts/rest';
import { LogReader, TopicAdmin } from '@jobstream/kafka';
import { LogReadings, TopicRecords } from '@jobstream/status';
import { connectToBroker, eventually, Platform, writeRecords } from '@jobstream/testing';

describe('topics', () => {
  let platform: Platform;
  let admin: TopicAdmin;
  /** A queue of nobody: what is written there stays as it is. */
  let topic: string;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1 } });
    admin = new TopicAdmin(connectToBroker());
    topic = platform.topics.requests('nobody');
    await makeTopic(topic);
  });
  afterAll(async () => {
    await admin?.stop();
    await platform?.stop();
  });

  const makeTopic = (name: string) =>
    admin.ensureTopics([{ name, partitions: 1, maxMessageBytes: 4 * 1024 * 1024 }]);
  const writeTo = (name: string, values: (string | Buffer | null)[], headers: Record<string, string> = {}) =>
    writeRecords(values.map((value, nth) => ({ topic: name, key: `k${nth}`, value, headers })));

  async function read(name: string, query = ''): Promise<TopicRecordsPage> {
    const path = `/v1/topics/${encodeURIComponent(name)}/records${query}`;
    const { status, body } = await platform.api.get<TopicRecordsPage>(path);
    expect([status, body]).toMatchObject([200, {}]);
    return topicRecordsSchema.parse(body);
  }
  const offsets = (page: TopicRecordsPage) => page.items.map(({ offset }) => offset);

  it('are listed by name with what they are for, page by page, and none of somebody else', async () => {
    const stranger = `${platform.topics.namespace}-other`;
    await admin.ensureTopics([{ name: stranger, partitions: 1 }]);
    const names: string[] = [];
    for (let cursor = ''; ;) {
      const { status, body } = await platform.api.get<TopicPage>(`/v1/topics?limit=7${cursor}`);
      expect(status).toBe(200);
      const { items, next } = topicPageSchema.parse(body);
      names.push(...items.map(({ name }) => name));
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    const { namespace, events, control } = platform.topics;
    expect(names).toEqual([...new Set(names)].sort());
    expect(names).toEqual(expect.arrayContaining([events, control, topic]));
    expect(names.filter((name) => !name.startsWith(`${namespace}.jobs.`))).toEqual([]);
    await admin.deleteTopics([stranger]);
    const { body } = await platform.api.get<TopicPage>('/v1/topics?queue=probe');
    expect(body.items.find(({ lane }) => lane === 'normal')).toMatchObject({
      name: platform.topics.requests('probe'),
      kind: 'requests',
      queue: 'probe',
      cleanup: 'delete',
      retentionMs: null,
      partitions: expect.arrayContaining([{ partition: 0, start: 0, end: 0, replicas: 1, inSync: 1 }]),
    });
    expect(body.items.map(({ lane }) => lane)).toEqual(expect.arrayContaining(['high', 'low', 'retry.5s']));
    expect(await platform.api.get('/v1/topics?cursor=bm8')).toMatchObject({ status: 422 });
  });

  it('have records by offset and by time, to the end, and the newest unless one says', async () => {
    await writeTo(
      topic,
      Array.from({ length: 60 }, (_, nth) => JSON.stringify({ nth })),
    );
    const newest = await read(topic, '?limit=10');
    expect([offsets(newest).at(0), offsets(newest).at(-1), newest.next]).toEqual([50, 59, null]);
    const first = await read(topic, '?offset=5&limit=20');
    expect([offsets(first).at(0), offsets(first).length, first.next]).toEqual([5, 20, 25]);
    const second = await read(topic, `?offset=${first.next}&limit=200`);
    expect([offsets(second).at(0), offsets(second).at(-1), second.next]).toEqual([25, 59, null]);
    expect((await read(topic, '?offset=60')).items).toEqual([]);
    expect((await read(topic, '?at=2020-01-01T00:00:00Z&limit=1')).from).toBe(0);
    expect(await read(topic, '?at=2100-01-01T00:00:00Z')).toMatchObject({ items: [], from: 60, next: null });
    const [receipt] = await writeTo(topic, ['{}']);
    const at = new Date(receipt!.appendedAt).toISOString();
    expect(offsets(await read(topic, `?at=${at}`))).toContain(receipt!.offset);
  });

  it('begin where what was deleted ends, and say so', async () => {
    const name = platform.topics.requests('deleted');
    await makeTopic(name);
    await writeTo(
      name,
      Array.from({ length: 20 }, () => '{}'),
    );
    await admin.deleteRecordsBefore(name, [{ partition: 0, offset: 15 }]);
    expect(await read(name, '?offset=2&limit=3')).toMatchObject({ start: 15, end: 20, from: 15, next: 18 });
  });

  it('are shown whatever is in them: huge, hostile, empty and no text', async () => {
    const name = platform.topics.requests('hostile');
    await makeTopic(name);
    const huge = JSON.stringify({ text: '\u0000<script>'.repeat(150_000) });
    await writeTo(name, [huge, null, '', Buffer.from([0xff]), '{"n":12345678901234567890}']);
    await writeTo(name, ['{}'], { ['__proto__']: 'x', 'js-run': '<img src=x onerror=1>', 'é\n': '\u0000' });
    await writeTo(
      name,
      ['{}'],
      Object.fromEntries(Array.from({ length: 1_001 }, (_, nth) => [`h${nth}`, '1'])),
    );
    const page = await read(name, '?offset=0');
    expect(page).toMatchObject({ next: 1, items: [{ valueBytes: huge.length, isJson: true }] });
    expect(page.items[0]!.value!.text === huge).toBe(true);
    const { items } = await read(name, '?offset=1');
    expect(items.map(({ value }) => value?.text)).toEqual([
      undefined,
      '',
      '/w==',
      '{"n":12345678901234567890}',
      '{}',
      '{}',
    ]);
    expect(items[4]!.headers).toMatchObject({ 'js-run': '<img src=x onerror=1>', 'é\n': '\u0000' });
    expect(items[5]!.headers).toBeNull();
    for (const { fault } of items) expect(fault).not.toBeNull();
  });

  it.each([
    ['jobs.events', '', 404, 'topic_not_found'],
    ['__consumer_offsets', '', 404, 'topic_not_found'],
    ['../../etc/passwd', '', 404, 'topic_not_found'],
    ['$ours.never.dlq', '', 404, 'topic_not_found'],
    ['$ours.control', '?partition=1', 422, 'invalid_request'],
    ['$ours.control', '?offset=999999', 422, 'offsets_outside_log'],
    ['$ours.control', '?offset=1&at=2026-01-01T00:00:00Z', 422, 'invalid_request'],
    ['$ours.control', '?offset=-1', 422, 'invalid_request'],
    ['$ours.control', '?limit=201', 422, 'invalid_request'],
    ['$ours.control', '?partition=x', 422, 'invalid_request'],
  ])('refuse to show records of %s%s', async (name, query, status, code) => {
    const whole = name.replace('$ours', `${platform.topics.namespace}.jobs`);
    const path = `/v1/topics/${encodeURIComponent(whole)}/records${query}`;
    expect(await platform.api.get(path)).toMatchObject({ status, body: { code } });
  });

  it('are shown to the next callers after dozens have left in the middle of a reading', async () => {
    const name = platform.topics.requests('left');
    await makeTopic(name);
    await writeTo(
      name,
      Array.from({ length: 40 }, () => JSON.stringify('x'.repeat(100_000))),
    );
    const url = `${platform.one('api').url}/v1/topics/${name}/records?offset=0&limit=200`;
    for (let round = 0; round < 6; round += 1) {
      const leaving = new AbortController();
      const asked = Array.from({ length: 6 }, () => fetch(url, { signal: leaving.signal }));
      // Once one is answered, the others are under way.
      await Promise.race(asked);
      leaving.abort();
      await Promise.allSettled(asked);
    }
    await eventually(async () =>
      expect(
        (
          await Promise.all(Array.from({ length: 4 }, () => platform.api.get(url.slice(url.indexOf('/v1')))))
        ).map(({ status }) => status),
      ).toEqual([200, 200, 200, 200]),
    );
  });

  it('are read no further once the caller has left, and the next caller finds room', async () => {
    const log = new LogReader(connectToBroker());
    const readings = new LogReadings();
    const records = new TopicRecords({ admin, log, topics: platform.topics, readings });
    try {
      const left = await records.page(topic, { offset: 0, limit: 200 }, AbortSignal.abort());
      expect(left).toMatchObject({ items: [], next: 0 });
      const all = Array.from({ length: 8 }, () =>
        records.page(topic, { offset: 0, limit: 1 }, new AbortController().signal),
      );
      await expect(
        records.page(topic, { offset: 0, limit: 1 }, new AbortController().signal),
      ).rejects.toMatchObject({ code: 'too_many_open' });
      for (const page of await Promise.all(all)) expect(page.items).toHaveLength(1);
      expect((await records.page(topic, { limit: 1 }, new AbortController().signal)).items).toHaveLength(1);
    } finally {
      await log.close();
    }
  });
});
