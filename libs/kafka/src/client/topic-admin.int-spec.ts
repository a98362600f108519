import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import { BrokerFixture, numbered } from './broker.fixture-spec.js';
import { TopicAdmin } from './topic-admin.js';

describe('TopicAdmin on a real broker', () => {
  const fixture = new BrokerFixture();
  beforeAll(() => fixture.start());
  afterAll(() => fixture.stop());

  it('makes topics as they are to be, from several processes at once', async () => {
    const name = `${fixture.namespace}made`;
    const specs = [{ name, partitions: 3, maxMessageBytes: 600_000, cleanup: 'compact' as const }];
    const others = [new TopicAdmin(fixture.connect()), new TopicAdmin(fixture.connect())];
    const answers = await Promise.all([fixture.admin, ...others].map((admin) => admin.ensureTopics(specs)));
    expect(answers).toEqual([[], [], []]);
    await Promise.all(others.map((admin) => admin.stop()));
    expect(await fixture.admin.partitionCounts([name])).toEqual(new Map([[name, 3]]));

    const admin = fixture.connection.openClient().admin();
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name }],
    });
    await admin.disconnect();
    const settings = Object.fromEntries(
      resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]),
    );
    expect(settings).toMatchObject({
      'cleanup.policy': 'compact',
      'retention.ms': '-1',
      'message.timestamp.type': 'LogAppendTime',
      'compression.type': 'producer',
      'max.message.bytes': '600000',
      'min.insync.replicas': '1',
    });
  });

  it('makes a topic whose records go by age where that is asked for', async () => {
    const name = `${fixture.namespace}aged`;
    await fixture.admin.ensureTopics([{ name, partitions: 1, retentionMs: 604_800_000 }]);
    const settings = (await fixture.admin.topicSettings([name])).get(name)!;
    expect(settings.get('retention.ms')).toBe('604800000');
    expect(settings.get('cleanup.policy')).toBe('delete');
  });

  it('makes the topics that are missing, beside those that exist', async () => {
    const [one, two] = [`${fixture.namespace}one`, `${fixture.namespace}two`];
    await fixture.admin.ensureTopics([{ name: one, partitions: 1 }]);
    await fixture.admin.ensureTopics([
      { name: one, partitions: 1 },
      { name: two, partitions: 2 },
    ]);
    expect([...(await fixture.admin.partitionCounts([one, two, 'missing'])).entries()].sort()).toEqual([
      [one, 1],
      [two, 2],
    ]);
  });

  it('makes a topic again as often as it is deleted', async () => {
    const name = `${fixture.namespace}again`;
    for (let time = 1; time <= 10; time += 1) {
      await fixture.admin.ensureTopics([{ name, partitions: 2 }]);
      await fixture.producer.sendAll(numbered(name, 4));
      expect((await fixture.admin.endOffsets([name])).get(name)!.reduce((sum, end) => sum + end)).toBe(4);
      await fixture.admin.deleteTopics([name]);
      expect((await fixture.admin.partitionCounts([name])).size).toBe(0);
    }
  });

  it('tells offsets: the ends, the starts, by time, and what a group has committed', async () => {
    const topic = await fixture.makeTopic(2);
    const first = await fixture.producer.sendAll(numbered(topic, 10));
    const appended = Math.max(
      ...first.map((outcome) => ('receipt' in outcome ? outcome.receipt.appendedAt : 0)),
    );
    const ends = await fixture.admin.endOffsets([topic, 'missing']);
    expect([...ends.keys()]).toEqual([topic]);
    while (Date.now() <= appended) await new Promise(setImmediate);
    await fixture.producer.sendAll(numbered(topic, 10, 10));
    expect(await fixture.admin.offsetsAt([topic], appended + 1)).toEqual(ends);
    expect(await fixture.admin.offsetsAt([topic], appended + 0.25)).toEqual(ends);
    const after = await fixture.admin.offsetsAt([topic], Date.now() + 60_000);
    expect(after.get(topic)!.reduce((sum, offset) => sum + offset, 0)).toBe(20);
    await fixture.admin.deleteRecordsBefore(topic, [{ partition: 0, offset: 2 }]);
    expect(await fixture.admin.startOffsets([topic])).toEqual(new Map([[topic, [2, 0]]]));
    expect(await fixture.admin.committed(fixture.groupId(), [topic])).toEqual(
      new Map([[topic, [null, null]]]),
    );
    expect(await fixture.admin.committed(fixture.groupId(), ['missing'])).toEqual(new Map());
  });

  it('counts the members of groups, those without any too', async () => {
    const groupId = fixture.groupId();
    const unknown = fixture.groupId();
    const client = fixture.connection.openClient();
    const consumer = client.consumer({ groupId });
    const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
    await consumer.connect();
    await consumer.subscribe({ topic: await fixture.makeTopic(1) });
    await consumer.run({ eachMessage: async () => {} });
    await joined;
    expect(await fixture.admin.memberCounts([groupId, unknown])).toEqual(
      new Map([
        [groupId, 1],
        [unknown, 0],
      ]),
    );
    await consumer.disconnect();
  });

  it('knows its cluster', async () => {
    expect(await fixture.admin.clusterId()).toMatch(/.{10,}/);
    const [broker] = await fixture.admin.brokers();
    expect(broker).toMatchObject({ host: expect.any(String), port: expect.any(Number) });
    expect(await fixture.admin.listTopics()).not.toContain('__consumer_offsets');
  });

  it('fails to start when Kafka cannot be reached', async () => {
    const admin = new TopicAdmin(fixture.connect(['127.0.0.1:1']));
    await expect(admin.start()).rejects.toThrow('ECONNREFUSED');
    await admin.stop();
  });
});
