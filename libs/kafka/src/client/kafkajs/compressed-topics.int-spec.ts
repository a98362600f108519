import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { LogReader } from '../../consume/tail/log-reader.js';
import { TailConsumer } from '../../consume/tail/tail-consumer.js';
import { untilAsync, Worker } from '../../consume/work/worker.fixture-spec.js';
import { encodeProduceBody } from '../../produce/produce-request.js';
import { batchOf, recoded } from '../../produce/record-batch.fixture-spec.js';
import { BrokerLinks } from '../broker-links.js';
import { numbered, useBroker } from '../broker.fixture-spec.js';
import { consumerFault } from '../consumer-health.js';
import type { IncomingRecord } from '../record.js';
import { requestProduce } from './internals.js';

describe('Topics that others have set up with a compression, on a real broker', () => {
  const fixture = useBroker();
  const reader = new LogReader(fixture.connect());
  fixture.keep({ stop: () => reader.close() });

  /** The broker stores what it is sent in the topic's own compression. */
  async function makeTopics(compressions: readonly string[]): Promise<string[]> {
    const topics = compressions.map((compression) => ({
      topic: `${fixture.namespace}${randomBytes(4).toString('hex')}`,
      numPartitions: 1,
      configEntries: [{ name: 'compression.type', value: compression }],
    }));
    const admin = fixture.connection.openClient().admin();
    await admin.connect();
    await admin.createTopics({ waitForLeaders: false, topics });
    await admin.disconnect();
    // Waits until all have leaders. kafkajs gives up where a broker does not know of a topic yet.
    await fixture.admin.ensureTopics(topics.map(({ topic: name }) => ({ name, partitions: 1 })));
    return topics.map(({ topic }) => topic);
  }

  async function produce(topic: string, batch: Buffer): Promise<void> {
    const links = new BrokerLinks(fixture.connection, 10_000);
    const leader = (await links.describe([topic])).topics.get(topic)![0]!;
    const body = encodeProduceBody([{ topic, partition: 0, batch }], 5_000);
    const { topics } = await links.send(
      leader,
      requestProduce(body, () => {}),
    );
    expect(topics[0]!.partitions[0]!.errorCode).toBe(0);
    await links.close();
  }

  function follow(topics: string[], received: IncomingRecord[]): TailConsumer {
    return new TailConsumer(fixture.connect(), {
      topics: () => topics,
      from: 'start',
      groupIdPrefix: fixture.namespace,
      onRecords: (records) => void received.push(...records),
      onFatal: (error) => {
        throw error;
      },
    });
  }

  it('are read whatever the codec', async () => {
    const topics = await makeTopics(['gzip', 'snappy', 'lz4', 'zstd']);
    const repeated = 'again and again '.repeat(20);
    const sent = topics.flatMap((topic) =>
      numbered(topic, 2_000).map((record, index) => ({
        ...record,
        value: `${index} ${index % 100 === 0 ? randomBytes(2_000).toString('base64') : repeated}`,
        headers: { 'js-run': '1', name: 'täxt' },
      })),
    );
    for (const outcome of await fixture.producer.sendAll(sent)) if ('error' in outcome) throw outcome.error;
    const received: IncomingRecord[] = [];
    const tail = follow(topics, received);
    await tail.start();
    await tail.caughtUp();
    await tail.stop();
    for (const topic of topics) {
      const texts = (records: readonly { topic: string; value: Buffer | string | null }[]) =>
        records.filter((record) => record.topic === topic).map(({ value }) => String(value));
      expect(texts(received)).toEqual(texts(sent));
      const { records } = await reader.read({ topic, partition: 0 }, 1_500, 1_600);
      expect(records[0]).toMatchObject({ offset: 1_500, headers: { 'js-run': '1', name: 'täxt' } });
    }
    expect(received.every(({ headers }) => headers?.name === 'täxt')).toBe(true);
  });

  it('stop at a batch that can’t be read, which is told, and go on once it was deleted', async () => {
    const [topic] = (await makeTopics(['producer'])) as [string];
    const other = await fixture.makeTopic(1);
    await fixture.producer.sendAll(numbered(topic, 1));
    const huge = batchOf([{ value: '0'.repeat(65 * 1024 * 1024) }]);
    await produce(topic, recoded(huge, 1, gzipSync(huge.subarray(61), { level: 1 })));
    await fixture.producer.sendAll([...numbered(topic, 1, 2), ...numbered(other, 1, 3)]);

    const received: IncomingRecord[] = [];
    const tail = follow([topic], received);
    await tail.start();
    const worker = new Worker(fixture, { groupId: fixture.groupId(), topics: () => [topic, other] });
    await worker.consumer.start();
    await worker.until(() => worker.alarms.length > 0 && worker.begun.length === 2, 'the others');
    await untilAsync('the reader to stand still', () => tail.health().alarms.length > 0);
    for (const health of [worker.consumer.health(), tail.health()]) {
      expect(health.alarms).toMatchObject([{ code: 'unreadable_batch', topic, partition: 0 }]);
      expect(consumerFault(health)).toMatch(/batch of offsets up to 1 can't be read.*kafka-delete-records/);
    }
    expect([...worker.begun].sort()).toEqual(['0', '3']);
    await expect(reader.read({ topic, partition: 0 }, 1, 3)).rejects.toThrow(/UNREADABLE_BATCH/);

    await fixture.admin.deleteRecordsBefore(topic, [{ partition: 0, offset: 2 }]);
    await worker.until(() => worker.begun.includes('2'), 'what lies behind');
    await untilAsync('the reader to go on', () => received.some(({ offset }) => offset === 2));
    expect([consumerFault(worker.consumer.health()), consumerFault(tail.health())]).toEqual([null, null]);
    expect(worker.fatal).toEqual([]);
    await Promise.all([worker.consumer.stop(), tail.stop()]);
  });
});
