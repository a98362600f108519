import { describe, expect, it } from '@jest/globals';
import type { ISocketFactory } from 'kafkajs';
import { Condition, numbered, useBroker } from '../../client/broker.fixture-spec.js';
import { proxyToBroker } from '../../client/proxy.fixture-spec.js';
import { untilAsync } from '../work/worker.fixture-spec.js';
import { TailConsumer, type TailConsumerOptions } from './tail-consumer.js';

/** Whether a request is for the first offsets (ListOffsets, -2). */
function asksForStart(request: Buffer): boolean {
  return request.readInt16BE(4) === 2 && request.includes(Buffer.from('fffffffffffffffe', 'hex'));
}

describe('TailConsumer on a real broker', () => {
  const fixture = useBroker();
  const follow = (
    topics: string[],
    more: Partial<TailConsumerOptions> = {},
    connection = fixture.connect(),
  ) => {
    const condition = new Condition();
    const values: number[] = [];
    const tail = new TailConsumer(connection, {
      topics: () => topics,
      groupIdPrefix: fixture.namespace,
      onRecords: (records) => {
        values.push(...records.map(({ value }) => Number(value)));
        condition.signal();
      },
      onFatal: (error) => {
        throw error;
      },
      ...more,
    });
    fixture.keep(tail);
    const seen = (count: number, limitMs?: number): Promise<void> =>
      condition.until(() => values.length >= count, `${count} records`, limitMs);
    return { tail, values, seen };
  };
  const sorted = (values: number[]): number[] => [...values].sort((left, right) => left - right);
  const range = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, index) => from + index);

  it('sees what is appended after its start, and nothing from before', async () => {
    const topic = await fixture.makeTopic(3);
    await fixture.producer.sendAll(numbered(topic, 50));
    const { tail, values, seen } = follow([topic]);
    await tail.start();
    await fixture.producer.sendAll(numbered(topic, 50, 50));
    await seen(50);
    expect(sorted(values)).toEqual(range(50, 100));
    await tail.stop();
    // A commit would say that someone needs what comes after it, long after this reader is gone.
    const groups = (await fixture.admin.listGroups()).filter((group) => group.startsWith(fixture.namespace));
    expect(groups.length).toBeGreaterThan(0);
    for (const group of groups)
      expect([...(await fixture.admin.committed(group, [topic])).values()]).toEqual([[null, null, null]]);
  });

  it('starts also where Kafka goes away while it looks for the start', async () => {
    const topic = await fixture.makeTopic(2);
    await fixture.producer.sendAll(numbered(topic, 20));
    let looks = 0;
    const connection = fixture.connect();
    const { socketFactory } = connection.config;
    const breaking: ISocketFactory = (options) => {
      const socket = socketFactory(options);
      const write: (bytes: Buffer) => boolean = socket.write.bind(socket);
      socket.write = (bytes: Buffer) => {
        if (looks > 1 || !asksForStart(bytes)) return write(bytes);
        socket.destroy();
        return false;
      };
      return socket;
    };
    Object.assign(connection.config, { socketFactory: breaking });
    const topics = () => {
      looks += 1;
      return [topic];
    };
    const timings = { requestTimeoutMs: 2_000 };
    const { tail, values, seen } = follow([], { from: 'start', topics, timings }, connection);
    await tail.start();
    expect(looks).toBeGreaterThan(1);
    await seen(20);
    expect(sorted(values)).toEqual(range(0, 20));
    await tail.stop();
  });

  it('shows everything to each of two consumers in one process', async () => {
    const topic = await fixture.makeTopic(2);
    const [one, two] = [follow([topic]), follow([topic])];
    await Promise.all([one.tail.start(), two.tail.start()]);
    await fixture.producer.sendAll(numbered(topic, 20));
    await Promise.all([one.seen(20), two.seen(20)]);
    expect(sorted(one.values)).toEqual(sorted(two.values));
    await Promise.all([one.tail.stop(), two.tail.stop()]);
  });

  it('reads everything from the start and knows when it has caught up', async () => {
    const topic = await fixture.makeTopic(2);
    const empty = await fixture.makeTopic(2);
    await fixture.producer.sendAll(numbered(topic, 500));
    const { tail, values } = follow([topic, empty], { from: 'start' });
    await tail.start();
    await tail.caughtUp();
    expect(sorted(values)).toEqual(range(0, 500));
    await tail.stop();
  });

  it('has caught up at once where there is nothing', async () => {
    const { tail } = follow([await fixture.makeTopic(1)], { from: 'start' });
    await tail.start();
    await tail.caughtUp();
    await tail.stop();
  });

  it('reads a compacted topic across its holes', async () => {
    const topic = await fixture.makeTopic(1, { cleanup: 'compact' });
    await fixture.producer.sendAll(numbered(topic, 10));
    const { tail, values } = follow([topic], { from: 'start' });
    await tail.start();
    await tail.caughtUp();
    expect(sorted(values)).toEqual(range(0, 10));
    await tail.stop();
  });

  it('passes markers of foreign transactions and leaves aborted records out', async () => {
    const topic = await fixture.makeTopic(1);
    await fixture.sendInTransactions(topic, [
      ['1', 'commit'],
      ['2', 'abort'],
      ['3', 'commit'],
      ['4', 'abort'],
    ]);
    const { tail, values, seen } = follow([topic], { from: 'start' });
    await tail.start();
    await tail.caughtUp();
    expect(values).toEqual([1, 3]);
    await fixture.producer.sendAll(numbered(topic, 1, 5));
    await seen(3);
    expect(values).toEqual([1, 3, 5]);
    await tail.stop();
  });

  it('reads a topic whole that comes up later', async () => {
    const topic = await fixture.makeTopic(1);
    const later = `${fixture.namespace}tail-later`;
    const { tail, values, seen } = follow([topic, later], { timings: { topicPollMs: 300 } });
    await tail.start();
    await fixture.admin.ensureTopics([{ name: later, partitions: 2 }]);
    await fixture.producer.sendAll(numbered(later, 20));
    await seen(20);
    await fixture.producer.sendAll(numbered(topic, 20, 20));
    await seen(40);
    expect(sorted(values)).toEqual(range(0, 40));
    await tail.stop();
  });

  it('misses and repeats nothing over an outage', async () => {
    const topic = await fixture.makeTopic(2);
    const proxy = proxyToBroker();
    await proxy.start();
    const { tail, values, seen } = follow([topic], {}, proxy.carry(fixture.connect()));
    await tail.start();
    await untilAsync('the join', () => tail.health().joined);
    await fixture.producer.sendAll(numbered(topic, 50));
    await seen(50);
    await proxy.cut();
    await fixture.producer.sendAll(numbered(topic, 50, 50));
    await untilAsync('the outage to show', () => !tail.health().joined);
    await proxy.start();
    await seen(100, 30_000);
    expect(sorted(values)).toEqual(range(0, 100));
    await tail.stop();
    await proxy.cut();
  });
});
