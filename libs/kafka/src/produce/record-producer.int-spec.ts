import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { BrokerFixture, numbered } from '../client/broker.fixture-spec.js';
import { proxyToBroker, type Proxy } from '../client/proxy.fixture-spec.js';
import type { IncomingRecord, OutgoingRecord } from '../client/record.js';
import { TailConsumer } from '../consume/tail/tail-consumer.js';
import { NeverSentError, RecordRefusedError, UnacknowledgedError } from './producer-errors.js';
import { RecordProducer } from './record-producer.js';

describe('RecordProducer on a real broker', () => {
  const fixture = new BrokerFixture();
  beforeAll(() => fixture.start());
  afterAll(() => fixture.stop());

  /** A producer whose way to the broker can be tampered with. */
  const behindProxy = async (deadlineMs: number): Promise<{ proxy: Proxy; producer: RecordProducer }> => {
    const proxy = proxyToBroker();
    await proxy.start();
    const producer = new RecordProducer(proxy.carry(fixture.connect()), { deadlineMs });
    await producer.start();
    return { proxy, producer };
  };
  const count = async (topic: string): Promise<number> =>
    (await fixture.admin.endOffsets([topic])).get(topic)!.reduce((sum, end) => sum + end, 0);
  const readAll = async (topic: string): Promise<IncomingRecord[]> => {
    const records: IncomingRecord[] = [];
    const tail = new TailConsumer(fixture.connect(), {
      topics: () => [topic],
      from: 'start',
      groupIdPrefix: fixture.namespace,
      onRecords: (each) => records.push(...each),
      onFatal: () => {},
    });
    await tail.start();
    await tail.caughtUp();
    await tail.stop();
    return records;
  };

  it('answers where each record lies, and it lies there as it was sent', async () => {
    const topic = await fixture.makeTopic(3);
    const sent: OutgoingRecord[] = [
      { topic, key: 'a', value: 'text ✓', headers: { 'js-run': '1', traceparent: '00-é' } },
      { topic, key: Buffer.from([0, 255]), value: Buffer.from([1, 2, 3]), headers: {} },
      { topic, key: '', value: null, headers: {} },
    ];
    const outcomes = await fixture.producer.sendAll(sent);
    const read = await readAll(topic);
    sent.forEach((record, index) => {
      const outcome = outcomes[index]!;
      if ('error' in outcome) throw outcome.error;
      const { partition, offset, appendedAt, resent } = outcome.receipt;
      expect(resent).toBe(false);
      const found = read.find((each) => each.partition === partition && each.offset === offset)!;
      expect(found.key).toEqual(Buffer.from(record.key as string));
      expect(found.value).toEqual(record.value === null ? null : Buffer.from(record.value as string));
      expect(found.headers).toEqual(record.headers);
      expect(found.timestamp).toBe(appendedAt);
    });
    expect(fixture.producer.brokerClock.now()).toBeLessThanOrEqual(Date.now() + 1);
  });

  it('keeps the order of a key through many batches', async () => {
    const topic = await fixture.makeTopic(3);
    const sends = Array.from({ length: 3_000 }, (_, index) =>
      fixture.producer.send({ topic, key: `key-${index % 5}`, value: String(index), headers: {} }),
    );
    await Promise.all(sends);
    const read = await readAll(topic);
    expect(read).toHaveLength(3_000);
    for (let key = 0; key < 5; key += 1) {
      const values = read
        .filter((each) => each.key!.toString() === `key-${key}`)
        .map((each) => Number(each.value));
      expect(values).toEqual([...values].sort((left, right) => left - right));
    }
  });

  it('gathers single sends into few requests', async () => {
    const topic = await fixture.makeTopic(3);
    const { proxy, producer } = await behindProxy(5_000);
    await producer.send(numbered(topic, 1)[0]!);
    const before = proxy.produceRequests;
    await Promise.all(numbered(topic, 2_000).map((record) => producer.send(record)));
    expect(proxy.produceRequests - before).toBeLessThan(50);
    await producer.stop();
    await proxy.cut();
  });

  it('says never sent, within the deadline, when the broker is away; and sends again once it is back', async () => {
    const topic = await fixture.makeTopic(1);
    const deadlineMs = 4_000;
    const { proxy, producer } = await behindProxy(deadlineMs);
    await producer.send(numbered(topic, 1)[0]!);
    await proxy.cut();
    const began = performance.now();
    const one = expect(producer.send(numbered(topic, 1)[0]!)).rejects.toBeInstanceOf(NeverSentError);
    const outcomes = await producer.sendAll(numbered(topic, 20, 1));
    await one;
    expect(performance.now() - began).toBeLessThan(2 * deadlineMs);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ error: { code: 'never_sent' } });
    await proxy.start();
    await expect(producer.send(numbered(topic, 1, 30)[0]!)).resolves.toMatchObject({ resent: false });
    expect(await count(topic)).toBe(2);
    await producer.stop();
    await proxy.cut();
  });

  it('says never sent from a process that never reached Kafka', async () => {
    const producer = new RecordProducer(fixture.connect(['127.0.0.1:1']), { deadlineMs: 500 });
    await producer.start();
    await expect(producer.send(numbered('anything', 1)[0]!)).rejects.toBeInstanceOf(NeverSentError);
    await producer.stop();
    await expect(producer.send(numbered('anything', 1)[0]!)).rejects.toBeInstanceOf(NeverSentError);
  });

  it('says unacknowledged when the answer is lost, and the record is in the log', async () => {
    const topic = await fixture.makeTopic(1);
    const { proxy, producer } = await behindProxy(4_000);
    await producer.send(numbered(topic, 1)[0]!);
    proxy.loseAnswers();
    await expect(producer.send(numbered(topic, 1, 1)[0]!)).rejects.toBeInstanceOf(UnacknowledgedError);
    expect(await count(topic)).toBeGreaterThanOrEqual(2);
    proxy.open();
    await producer.stop();
    await proxy.cut();
  });

  it('sends again when the connection breaks before the answer, and says that there may be a copy', async () => {
    const topic = await fixture.makeTopic(1);
    const { proxy, producer } = await behindProxy(5_000);
    await producer.send(numbered(topic, 1)[0]!);
    proxy.loseAnswers();
    const before = proxy.produceRequests;
    const sending = producer.send(numbered(topic, 1, 1)[0]!);
    while (proxy.produceRequests === before || (await count(topic)) < 2) await new Promise(setImmediate);
    await proxy.cut();
    proxy.open();
    await proxy.start();
    await expect(sending).resolves.toMatchObject({ offset: 2, resent: true });
    expect((await readAll(topic)).map(({ value }) => String(value))).toEqual(['0', '1', '1']);
    await producer.stop();
    await proxy.cut();
  });

  it('refuses a record that the broker would never take, and no other', async () => {
    const topic = await fixture.makeTopic(1, { maxMessageBytes: 10_000 });
    const good = numbered(topic, 100);
    // What is random stays large when it is compressed.
    const huge = { topic, key: 'huge', value: randomBytes(50_000), headers: {} };
    const outcomes = await fixture.producer.sendAll([...good.slice(0, 50), huge, ...good.slice(50)]);
    const refused = outcomes
      .map((outcome, index) => ('error' in outcome ? index : -1))
      .filter((index) => index >= 0);
    expect(refused).toEqual([50]);
    expect(outcomes[50]).toMatchObject({
      error: { code: 'record_refused', brokerError: 'MESSAGE_TOO_LARGE', scope: 'record' },
    });
    expect((await readAll(topic)).map(({ value }) => Number(value))).toEqual(
      Array.from({ length: 100 }, (_, index) => index),
    );
  });

  it('splits what is too much for one batch', async () => {
    const topic = await fixture.makeTopic(1, { maxMessageBytes: 20_000 });
    const records = Array.from({ length: 40 }, (_, index) => ({
      topic,
      key: String(index),
      value: randomBytes(5_000),
      headers: {},
    }));
    const outcomes = await fixture.producer.sendAll(records);
    expect(outcomes.every((outcome) => 'receipt' in outcome)).toBe(true);
    expect(await count(topic)).toBe(40);
  });

  it('refuses an unknown topic, and does not make it', async () => {
    const topic = `${fixture.namespace}missing`;
    const other = await fixture.makeTopic(1);
    const [lost, found] = await fixture.producer.sendAll([...numbered(topic, 1), ...numbered(other, 1)]);
    expect(lost).toMatchObject({
      error: { code: 'record_refused', brokerError: 'UNKNOWN_TOPIC_OR_PARTITION', scope: 'topic' },
    });
    expect((lost as { error: Error }).error).toBeInstanceOf(RecordRefusedError);
    expect(found).toHaveProperty('receipt');
    expect(await fixture.admin.listTopics()).not.toContain(topic);
    await expect(fixture.producer.send(numbered('no/such name', 1)[0]!)).rejects.toMatchObject({
      code: 'record_refused',
    });
  });

  it('refuses records for a topic that was deleted meanwhile', async () => {
    const topic = await fixture.makeTopic(1);
    await fixture.producer.send(numbered(topic, 1)[0]!);
    await fixture.admin.deleteTopics([topic]);
    await expect(fixture.producer.send(numbered(topic, 1)[0]!)).rejects.toMatchObject({
      code: 'record_refused',
    });
  });

  it('gives up records for a missing topic at once, keeps no room of others, and names the topic once', async () => {
    const topic = `${fixture.namespace}gone`;
    const other = await fixture.makeTopic(1);
    const metrics = new Registry();
    // The deadline is far off: refusing 50,500 records takes a busy machine seconds.
    const producer = new RecordProducer(fixture.connect(), { metrics, deadlineMs: 30_000 });
    await producer.start();
    const refused = numbered(topic, 50_500);
    const [outcomes] = await Promise.all([
      producer.sendAll(refused),
      expect(producer.sendAll(numbered(other, 100))).resolves.not.toContainEqual(
        expect.objectContaining({ error: expect.anything() }),
      ),
    ]);
    const scopes = new Set(outcomes.map((outcome) => 'error' in outcome && outcome.error.scope));
    expect([...scopes]).toEqual(['topic']);
    const began = performance.now();
    await expect(producer.send(refused[0]!)).rejects.toMatchObject({ scope: 'topic' });
    expect(performance.now() - began).toBeLessThan(15_000);
    expect(fixture.logged.filter(({ context }) => context.topic === topic)).toHaveLength(1);
    expect(producer.troubles.list()).toMatchObject([{ topic, error: 'UNKNOWN_TOPIC_OR_PARTITION' }]);
    expect(await metrics.metrics()).toContain(
      `jobstream_refused_topics{topic="${topic}",error="UNKNOWN_TOPIC_OR_PARTITION"} 1`,
    );
    await producer.stop();
  });

  it('makes a topic of ours again that has gone missing, and loses none of what is sent to it', async () => {
    const spec = { name: await fixture.makeTopic(2), partitions: 2, maxMessageBytes: 20_000 };
    const producer = new RecordProducer(fixture.connect(), { topics: () => [spec] });
    await producer.start();
    await producer.sendAll(numbered(spec.name, 10));
    await fixture.admin.deleteTopics([spec.name]);
    const outcomes = await producer.sendAll(numbered(spec.name, 500));
    expect(outcomes.filter((outcome) => 'error' in outcome)).toEqual([]);
    expect(await count(spec.name)).toBe(500);
    const settings = (await fixture.admin.topicSettings([spec.name])).get(spec.name)!;
    expect(settings.get('max.message.bytes')).toBe('20000');
    expect(producer.troubles.list()).toEqual([]);
    await producer.stop();
  });

  it('holds back a caller that sends more than the buffer takes, and loses none of its records', async () => {
    const topic = await fixture.makeTopic(3);
    const value = randomBytes(100_000);
    const records = Array.from({ length: 800 }, (_, index) => ({
      topic,
      key: String(index),
      value,
      headers: {},
    }));
    const producer = new RecordProducer(fixture.connection, { deadlineMs: 30_000 });
    await producer.start();
    const outcomes = await producer.sendAll(records);
    expect(outcomes.filter((outcome) => 'receipt' in outcome)).toHaveLength(800);
    await producer.stop();
    expect(await count(topic)).toBe(800);
  });

  it('finishes what it has before it stops', async () => {
    const topic = await fixture.makeTopic(1);
    const producer = new RecordProducer(fixture.connection);
    await producer.start();
    const sending = producer.sendAll(numbered(topic, 500));
    await producer.stop();
    expect((await sending).every((outcome) => 'receipt' in outcome)).toBe(true);
  });
});
