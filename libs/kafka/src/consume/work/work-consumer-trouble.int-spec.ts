import { describe, expect, it } from '@jest/globals';
import { numbered, useBroker } from '../../client/broker.fixture-spec.js';
import { ClusterReader, type Commit } from '../../client/cluster-reader.js';
import { consumerFault } from '../../client/consumer-health.js';
import { proxyToBroker } from '../../client/proxy.fixture-spec.js';
import type { Delivery } from './delivery.js';
import { untilAsync, untilCommitted, valueOf, Worker, type WorkerArguments } from './worker.fixture-spec.js';

describe('WorkConsumer in trouble', () => {
  const fixture = useBroker();
  const work = (...given: WorkerArguments) => new Worker(fixture, ...given);
  const setCommit = async (groupId: string, topic: string, offset: number): Promise<void> => {
    const admin = fixture.connection.openClient().admin();
    await admin.connect();
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: String(offset) }] });
    await admin.disconnect();
  };
  const committedOf = async (groupId: string, topic: string): Promise<number | null> =>
    (await fixture.admin.committed(groupId, [topic])).get(topic)![0]!;

  it('is not ready while Kafka is away, and begins by itself once it is there', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const proxy = proxyToBroker();
    await proxy.start();
    const connection = proxy.carry(fixture.connect());
    await proxy.cut();
    const worker = work({ groupId, topics: () => [topic] }, connection);
    const joined = worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 10));
    await untilAsync('a try', () =>
      fixture.logged.some(({ message }) => message.includes('could not be listed')),
    );
    expect(worker.consumer.health().joined).toBe(false);
    await proxy.start();
    await joined;
    await worker.until(() => worker.begun.length === 10, 'the records');
    expect(worker.consumer.health().joined).toBe(true);
    await worker.consumer.stop();
    await proxy.cut();
  });

  it('recovers from an outage without losing or repeating what is done', async () => {
    const topic = await fixture.makeTopic(2);
    const groupId = fixture.groupId();
    const proxy = proxyToBroker();
    await proxy.start();
    const worker = work({ groupId, topics: () => [topic] }, proxy.carry(fixture.connect()));
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 100));
    await worker.until(() => worker.begun.length === 100, 'the first');
    await proxy.cut();
    await fixture.producer.sendAll(numbered(topic, 100, 100));
    await untilAsync('the outage to show', () => !worker.consumer.health().joined);
    await proxy.start();
    await worker.until(() => worker.begun.length === 200, 'the rest');
    await untilCommitted(fixture, groupId, [topic]);
    expect(new Set(worker.begun).size).toBe(200);
    expect(worker.fatal).toEqual([]);
    await worker.consumer.stop();
    await proxy.cut();
  });

  it('restarts a loop that stands still, and says so', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const proxy = proxyToBroker();
    await proxy.start();
    // Looking for topics goes the frozen way too, which must not hold the watch up.
    const timings = { stallMs: 3_000, leaveMs: 300, topicPollMs: 500 };
    const worker = work({ groupId, topics: () => [topic], timings }, proxy.carry(fixture.connect()));
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 1));
    await worker.until(() => worker.begun.length === 1, 'the first');
    const { length: before } = worker.alarms;
    proxy.freeze();
    await worker.until(
      () => worker.alarms.slice(before).some(({ code }) => code === 'loop_stalled'),
      'the alarm',
      9_000,
    );
    expect(worker.consumer.health()).toMatchObject({ joined: false, alarms: [{ code: 'loop_stalled' }] });
    await proxy.cut();
    proxy.open();
    await proxy.start();
    await fixture.producer.sendAll(numbered(topic, 1, 1));
    await worker.until(() => worker.begun.includes('1'), 'the next');
    await untilCommitted(fixture, groupId, [topic]);
    await untilAsync('it to be well', () => {
      const { joined, alarms } = worker.consumer.health();
      return joined && alarms.length === 0;
    });
    expect(worker.consumer.health().restarts).toBeGreaterThan(0);
    await worker.consumer.stop();
    await proxy.cut();
  });

  it('does not take a paused topic or an idle one for a stall', async () => {
    const topic = await fixture.makeTopic(1);
    const worker = work({ groupId: fixture.groupId(), topics: () => [topic] });
    worker.consumer.pause([topic]);
    await worker.consumer.start();
    // A stall is an age that only grows: three signs of life, within little more than the time that makes a stall.
    let [age, signs] = [0, 0];
    await untilAsync('signs of life', () => {
      const { loopAgeMs } = worker.consumer.health();
      if (loopAgeMs < age) signs += 1;
      age = loopAgeMs;
      return signs === 3;
    });
    expect(worker.consumer.health()).toMatchObject({ joined: true, restarts: 0, alarms: [] });
    await worker.consumer.stop();
  });

  it('reports records deleted before they were read, and continues at the first one left', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const worker = work({ groupId, topics: () => [topic] });
    worker.consumer.pause([topic]);
    await fixture.producer.sendAll(numbered(topic, 100));
    await worker.consumer.start();
    await untilAsync('the partition', () => worker.consumer.health().partitions.length === 1);
    await fixture.admin.deleteRecordsBefore(topic, [{ partition: 0, offset: 40 }]);
    worker.consumer.resume([topic]);
    await worker.until(() => worker.begun.length === 60, 'what is left');
    expect(worker.begun[0]).toBe('40');
    expect(worker.alarms).toMatchObject([{ code: 'offset_out_of_range', topic, partition: 0 }]);
    expect(worker.alarms[0]!.message).toContain('Offsets 0 to 39');
    await untilCommitted(fixture, groupId, [topic]);
    await worker.consumer.stop();
  });

  it('stands still, with an alarm, where the log ends before its commit; and so does the next', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    await fixture.producer.sendAll(numbered(topic, 10));
    await setCommit(groupId, topic, 500);
    for (let round = 0; round < 2; round += 1) {
      const worker = work({ groupId, topics: () => [topic] });
      await worker.consumer.start();
      await worker.until(() => worker.alarms.length > 0, 'the alarm');
      expect(worker.alarms).toMatchObject([{ code: 'log_cut', topic, partition: 0 }]);
      expect(worker.alarms[0]!.message).toContain('was cut at 10');
      expect(consumerFault(worker.consumer.health())).toBe(worker.alarms[0]!.message);
      await untilAsync('the commit to be as it was', async () => (await committedOf(groupId, topic)) === 500);
      await worker.consumer.stop();
      expect(worker.deliveries).toEqual([]);
      expect(await committedOf(groupId, topic)).toBe(500);
    }
    await setCommit(groupId, topic, 4);
    const after = work({ groupId, topics: () => [topic] });
    await after.consumer.start();
    await after.until(() => after.begun.length === 6, 'what the operator asked for');
    await after.consumer.stop();
  });

  it('reads a topic that was deleted and made anew from its start', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const worker = work({ groupId, topics: () => [topic], timings: { topicPollMs: 300 } });
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 50));
    await worker.until(() => worker.begun.length === 50, 'the old records');
    await untilCommitted(fixture, groupId, [topic]);
    await fixture.admin.deleteTopics([topic]);
    await worker.until(() => worker.lost.length > 0, 'the deletion to be noticed');
    await fixture.admin.ensureTopics([{ name: topic, partitions: 1 }]);
    await fixture.producer.sendAll(numbered(topic, 5, 1_000));
    await worker.until(() => worker.begun.length >= 55, 'the new records');
    expect(worker.begun.slice(50).map(Number)).toEqual([1_000, 1_001, 1_002, 1_003, 1_004]);
    expect(worker.fatal).toEqual([]);
    await worker.consumer.stop();
  });

  it('takes no record of a topic made anew for one that it finished, or runs, of the deleted topic', async () => {
    const topic = await fixture.makeTopic(1);
    const worker = work({ groupId: fixture.groupId(), topics: () => [topic], timings: { topicPollMs: 300 } });
    const running: Delivery[] = [];
    worker.work = (delivery) => {
      delivery.begin();
      running.push(delivery);
    };
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 10));
    await worker.until(() => running.length === 10, 'the old records');
    await fixture.admin.deleteTopics([topic]);
    await worker.until(() => worker.lost.length > 0, 'the deletion to be noticed');
    // Nothing of the deleted topic was committed: what the process remembers is all that is known of it.
    for (const delivery of running.slice(0, 8)) delivery.done();
    worker.work = (delivery) => worker.finish(delivery);
    await fixture.admin.ensureTopics([{ name: topic, partitions: 1 }]);
    const written = numbered(topic, 12, 1_000);
    await fixture.producer.sendAll(written);
    await worker.until(() => worker.begun.length === written.length, 'the new records');
    expect(worker.begun).toEqual(written.map(({ value }) => String(value)));
    for (const delivery of running.slice(8)) delivery.done();
    await worker.consumer.stop();
  });

  it('reads a topic from its start that was made anew under it, and one that has since grown past its commit', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const worker = work({ groupId, topics: () => [topic] });
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 50));
    await worker.until(() => worker.begun.length === 50, 'the old records');
    await untilCommitted(fixture, groupId, [topic]);
    const reader = new ClusterReader(fixture.connect(), 10_000);
    const [commit] = (await reader.commits(groupId, [{ topic, partition: 0 }])) as [Commit];

    const makeAnew = async (count: number, from: number) => {
      await fixture.admin.deleteTopics([topic]);
      await fixture.admin.ensureTopics([{ name: topic, partitions: 1 }]);
      await fixture.producer.sendAll(numbered(topic, count, from));
    };
    await makeAnew(20, 1_000);
    await worker.until(() => worker.begun.length === 70, 'the new records');
    expect(worker.begun.slice(50).map(Number)).toEqual(
      numbered(topic, 20, 1_000).map(({ value }) => Number(value)),
    );
    await untilCommitted(fixture, groupId, [topic]);
    await worker.consumer.stop();

    await makeAnew(60, 2_000);
    const nobody = { groupId, memberId: '', generation: -1 };
    await reader.commit(nobody, [
      { topic, partitions: [{ partition: 0, ...commit, offset: String(commit.offset) }] },
    ]);
    await reader.close();
    const next = work({ groupId, topics: () => [topic] });
    await next.consumer.start();
    await next.until(() => next.begun.length === 60, 'the newest records');
    expect(next.alarms).toMatchObject([{ code: 'offset_out_of_range', topic, partition: 0 }]);
    expect(next.alarms[0]!.message).toContain('was made anew');
    await untilCommitted(fixture, groupId, [topic]);
    await next.consumer.stop();
  });

  it('reports a partition count changed by someone else, and reads the new partitions', async () => {
    const topic = await fixture.makeTopic(1);
    const worker = work({ groupId: fixture.groupId(), topics: () => [topic], timings: { topicPollMs: 300 } });
    await worker.consumer.start();
    await untilAsync('the partition', () => worker.consumer.health().partitions.length === 1);
    const admin = fixture.connection.openClient().admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] });
    await admin.disconnect();
    await worker.until(() => worker.alarms.length > 0, 'the alarm');
    expect(worker.alarms).toMatchObject([{ code: 'partition_count_changed', topic }]);
    const mismatch = await fixture.admin.ensureTopics([{ name: topic, partitions: 1 }]);
    expect(mismatch).toEqual([{ topic, expected: 1, actual: 2 }]);
    await worker.consumer.stop();
  });

  it('takes no more of a partition whose map of finished offsets is full, and names who holds it back', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const worker = work({ groupId, topics: () => [topic], bufferPerPartition: 1_000_000 });
    const held: (() => void)[] = [];
    worker.work = (delivery) => {
      delivery.begin();
      if (Number(valueOf(delivery)) % 2 === 0) held.push(() => delivery.done());
      else delivery.done();
    };
    await worker.consumer.start();
    for (let from = 0; from < 3_000; from += 500) await fixture.producer.sendAll(numbered(topic, 500, from));
    await worker.until(() => worker.alarms.length > 0, 'the alarm');
    expect(worker.alarms[0]).toMatchObject({ code: 'metadata_bound', topic, partition: 0 });
    expect(worker.alarms[0]!.message).toContain('offset 0 ');
    await untilAsync('the pause', () => worker.consumer.health().partitions[0]!.paused);
    await fixture.producer.sendAll(numbered(topic, 500, 3_001));
    for (const finish of held.splice(0)) finish();
    worker.work = (delivery) => worker.finish(delivery);
    await untilAsync('the rest', () => {
      for (const finish of held.splice(0)) finish();
      return worker.deliveries.length === 3_500;
    });
    await untilCommitted(fixture, groupId, [topic]);
    expect(worker.consumer.health().alarms).toEqual([]);
    await worker.consumer.stop();
  });
});
