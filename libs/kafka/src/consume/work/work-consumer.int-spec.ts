import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { numbered, useBroker } from '../../client/broker.fixture-spec.js';
import { ClusterReader } from '../../client/cluster-reader.js';
import { proxyToBroker } from '../../client/proxy.fixture-spec.js';
import type { Delivery } from './delivery.js';
import { decodeOffsetMap } from './offset-map.js';
import { untilAsync, untilCommitted, valueOf, Worker, type WorkerArguments } from './worker.fixture-spec.js';

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('WorkConsumer on a real broker', () => {
  const fixture = useBroker();
  const work = (...given: WorkerArguments) => new Worker(fixture, ...given);
  const reader = new ClusterReader(fixture.connection, 10_000);
  fixture.keep({ stop: () => reader.close() });
  const committedOf = async (groupId: string, topic: string): Promise<(number | null)[]> =>
    (await fixture.admin.committed(groupId, [topic])).get(topic)!;

  const groupState = async (groupId: string): Promise<string> => {
    const admin = fixture.connection.openClient().admin();
    await admin.connect();
    try {
      return (await admin.describeGroups([groupId])).groups[0]!.state;
    } finally {
      await admin.disconnect();
    }
  };

  it('hands over everything acknowledged, once, and commits it', async () => {
    const topic = await fixture.makeTopic(3);
    const groupId = fixture.groupId();
    const worker = work({ groupId, topics: () => [topic] });
    await fixture.producer.sendAll(numbered(topic, 1_000));
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 1_000, 1_000));
    await worker.until(() => worker.begun.length >= 2_000, 'all records');
    await untilCommitted(fixture, groupId, [topic]);
    expect(new Set(worker.begun).size).toBe(2_000);
    expect(worker.begun).toHaveLength(2_000);
    expect(worker.consumer.health()).toMatchObject({ joined: true, restarts: 0, alarms: [] });
    await worker.consumer.stop();
  });

  it('is not held up by a slow record, and repeats after its end exactly what was not done', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const first = work({ groupId, topics: () => [topic] });
    first.work = (delivery) => {
      if (Number(valueOf(delivery)) % 30 !== 7) first.finish(delivery);
      else delivery.begin();
    };
    await fixture.producer.sendAll(numbered(topic, 300));
    await first.consumer.start();
    await first.until(() => first.begun.length === 290, 'all but the slow ones');
    const [partition] = first.consumer.health().partitions;
    expect(partition).toMatchObject({
      next: 300,
      logEnd: 300,
      running: 10,
      headOfLine: { topic, partition: 0, offset: 7 },
    });
    await first.consumer.stop();
    expect(await committedOf(groupId, topic)).toEqual([7]);

    const second = work({ groupId, topics: () => [topic] });
    await second.consumer.start();
    await second.until(() => second.begun.length >= 10, 'the rest');
    await untilCommitted(fixture, groupId, [topic]);
    expect(second.begun.map(Number)).toEqual(range(0, 10).map((index) => index * 30 + 7));
    await second.consumer.stop();
  });

  it('hands nothing over twice when it joins again, whether in flight or done, and finishes what is in flight', async () => {
    const topic = await fixture.makeTopic(2);
    const other = await fixture.makeTopic(2);
    const groupId = fixture.groupId();
    const stays = work({ groupId, topics: () => [topic] });
    const slow: Delivery[] = [];
    stays.work = (delivery) => {
      if (Number(valueOf(delivery)) % 10 !== 0) stays.finish(delivery);
      else if (delivery.begin()) slow.push(delivery);
    };
    await fixture.producer.sendAll(numbered(topic, 200));
    await stays.consumer.start();
    await stays.until(() => stays.deliveries.length === 200, 'all');
    // Members that read another topic come and go: the partitions of this one are kept through every join.
    for (let round = 0; round < 2; round += 1) {
      const joins = stays.consumer.health().joins;
      const guest = work({ groupId, topics: () => [other] });
      await guest.consumer.start();
      await untilAsync('the join', () => stays.consumer.health().joins > joins);
      await guest.consumer.stop();
      await untilAsync('the join after it', () => stays.consumer.health().joins > joins + 1);
    }
    expect(stays.lost).toEqual([]);
    expect(slow.every((delivery) => delivery.isCurrent())).toBe(true);
    for (const delivery of slow) delivery.done();
    await fixture.producer.sendAll(numbered(topic, 100, 201));
    await stays.until(() => stays.begun.length >= 270 && slow.length === 30, 'what came later');
    for (const delivery of slow) delivery.done();
    await untilCommitted(fixture, groupId, [topic]);
    expect(stays.deliveries).toHaveLength(300);
    await stays.consumer.stop();
  });

  it('skips and repeats nothing that is done while members come and go under load', async () => {
    const topic = await fixture.makeTopic(6);
    const groupId = fixture.groupId();
    const done = new Set<string>();
    const doneAt = new Set<string>();
    const began = new Map<string, number>();
    const all: Worker[] = [];
    const add = async (): Promise<Worker> => {
      const worker = work({ groupId, topics: () => [topic] });
      worker.work = (delivery) => {
        setTimeout(() => {
          if (!delivery.begin()) return;
          began.set(valueOf(delivery), (began.get(valueOf(delivery)) ?? 0) + 1);
          setTimeout(
            () => {
              done.add(valueOf(delivery));
              doneAt.add(`${delivery.record.partition}/${delivery.record.offset}`);
              delivery.done();
            },
            Number(valueOf(delivery)) % 20,
          );
        }, 1);
      };
      all.push(worker);
      await worker.consumer.start();
      return worker;
    };
    const first = await add();
    let total = 0;
    let wanted = true;
    // As long as members come and go, however long that takes: without records they would not be under load.
    const sending = (async () => {
      for (; wanted; total += 100) {
        await fixture.producer.sendAll(numbered(topic, 100, total));
        await sleep(20);
      }
    })();
    let over = false;
    const watch = (async () => {
      const checked = Array.from({ length: 6 }, () => 0);
      for (; !over; await sleep(5)) {
        (await committedOf(groupId, topic)).forEach((commit, partition) => {
          for (; checked[partition]! < (commit ?? 0); checked[partition]! += 1) {
            if (!doneAt.has(`${partition}/${checked[partition]}`))
              throw new Error(`Offset ${partition}/${checked[partition]} is committed and not done`);
          }
        });
      }
    })();
    try {
      for (let round = 0; round < 3; round += 1) {
        const guest = await add();
        await untilAsync('the guest to work', () => guest.deliveries.length > 50);
        await guest.consumer.drain(5_000);
      }
    } finally {
      wanted = false;
      await sending;
    }
    await untilAsync('all', () => done.size === total, 40_000);
    await untilCommitted(fixture, groupId, [topic]);
    over = true;
    await watch;
    const repeats = [...began.values()].reduce((sum, times) => sum + times - 1, 0);
    const moves = all.reduce((sum, worker) => sum + worker.consumer.health().joins, 0);
    console.log(`members came and went: ${total} records, ${repeats} begun twice, ${moves} joins`);
    expect(repeats).toBeLessThan(total / 10);
    await first.consumer.stop();
  });

  it('reads a topic within seconds that comes up while it runs, from its first record', async () => {
    const topic = await fixture.makeTopic(1);
    const later = `${fixture.namespace}later`;
    const groupId = fixture.groupId();
    const worker = work({ groupId, topics: () => [topic, later] });
    await worker.consumer.start();
    const slow: Delivery[] = [];
    worker.work = (delivery) =>
      void (valueOf(delivery) === '0' ? delivery.begin() && slow.push(delivery) : worker.finish(delivery));
    await fixture.producer.sendAll(numbered(topic, 2));
    await worker.until(() => worker.deliveries.length === 2, 'the first');
    await fixture.admin.ensureTopics([{ name: later, partitions: 2 }]);
    await fixture.producer.sendAll(numbered(later, 50, 100));
    await worker.until(() => worker.begun.length === 51, 'the later topic', 60_000);
    // The record that ran through the new session is neither repeated nor forgotten.
    slow[0]!.done();
    await untilCommitted(fixture, groupId, [topic, later]);
    expect(worker.deliveries).toHaveLength(52);
    await worker.consumer.stop();
  });

  it('stays paused through joins, and then continues where it was', async () => {
    const topic = await fixture.makeTopic(2);
    const other = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const worker = work({ groupId, topics: () => [topic, other] });
    worker.consumer.pause([topic]);
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 10));
    const { joins } = worker.consumer.health();
    const guest = work({ groupId, topics: () => [other] });
    await guest.consumer.start();
    await untilAsync('the join', () => worker.consumer.health().joins > joins);
    await fixture.producer.sendAll(numbered(other, 10, 100));
    await untilAsync('the other topic', () => worker.begun.length + guest.begun.length === 10);
    await guest.consumer.stop();
    await untilAsync('the join after it', () => worker.consumer.health().joins > joins + 1);
    await fixture.producer.sendAll(numbered(other, 10, 200));
    await worker.until(
      () => worker.begun.filter((value) => Number(value) >= 200).length === 10,
      'the other topic again',
    );
    expect(worker.begun.filter((value) => Number(value) < 100)).toEqual([]);
    expect(
      worker.consumer
        .health()
        .partitions.filter((each) => each.topic === topic)
        .every((each) => each.paused),
    ).toBe(true);
    worker.consumer.resume([topic]);
    await worker.until(
      () => worker.begun.filter((value) => Number(value) < 100).length === 10,
      'what was paused',
    );
    await worker.consumer.stop();
  });

  it('commits what it finishes while the group waits for a member that does not answer', async () => {
    const topic = await fixture.makeTopic(2);
    const groupId = fixture.groupId();
    const proxy = proxyToBroker();
    await proxy.start();
    const healthy = work({ groupId, topics: () => [topic] });
    const silent = work({ groupId, topics: () => [topic] }, proxy.carry(fixture.connect()));
    const running: Delivery[] = [];
    healthy.work = (delivery) => void (delivery.begin() && running.push(delivery));
    await healthy.consumer.start();
    await silent.consumer.start();
    await untilAsync('one partition each', () => healthy.consumer.health().partitions.length === 1);
    await fixture.producer.sendAll(numbered(topic, 100));
    await healthy.until(() => running.length > 10, 'records to run');
    const { partition } = running[0]!.record;
    proxy.freeze();
    const { joins } = healthy.consumer.health();
    const newcomer = work({ groupId, topics: () => [topic] });
    void newcomer.consumer.start();

    // Heartbeats stop while kafkajs joins again.
    await untilAsync('the join to be held up', () => healthy.consumer.health().loopAgeMs > 1_000);
    const committed = async (): Promise<number> => (await committedOf(groupId, topic))[partition] ?? 0;
    const before = await committed();
    for (const delivery of running.splice(0, 10)) delivery.done();
    await untilAsync('the commit', async () => (await committed()) === before + 10);
    expect(await groupState(groupId)).toBe('PreparingRebalance');
    expect(healthy.consumer.health().joins).toBe(joins);
    await Promise.all([healthy.consumer.stop(), newcomer.consumer.stop()]);
    proxy.open();
    await silent.consumer.stop();
    await proxy.cut();
  });

  it('bounds what it holds: a full buffer pauses the partition and nothing else', async () => {
    const [full, free] = [await fixture.makeTopic(1), await fixture.makeTopic(1)];
    const groupId = fixture.groupId();
    const worker = work({ groupId, topics: () => [full, free], bufferPerPartition: 10 });
    const waiting: Delivery[] = [];
    worker.work = (delivery) =>
      void (delivery.record.topic === full ? waiting.push(delivery) : worker.finish(delivery));
    await worker.consumer.start();
    for (let from = 0; from < 60; from += 5) {
      await fixture.producer.sendAll(numbered(full, 5, from));
      await worker.until(() => waiting.length >= Math.min(10, from + 5), 'the first ten');
    }
    await fixture.producer.sendAll(numbered(free, 10));
    await worker.until(() => worker.begun.length === 10, 'the free topic');
    expect(waiting.length).toBeLessThan(30);
    worker.work = (delivery) => worker.finish(delivery);
    for (const delivery of waiting.splice(0)) worker.finish(delivery);
    await worker.until(() => worker.begun.length === 70, 'everything');
    await worker.consumer.stop();
  });

  it('drains: begins nothing more, finishes what runs, commits it, and leaves the rest to the next', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const worker = work({ groupId, topics: () => [topic] });
    const running: Delivery[] = [];
    worker.work = (delivery) => void (running.length < 5 && delivery.begin() && running.push(delivery));
    await fixture.producer.sendAll(numbered(topic, 20));
    await worker.consumer.start();
    await worker.until(() => worker.deliveries.length === 20, 'all');
    const draining = worker.consumer.drain(10_000);
    expect(worker.deliveries[10]!.begin()).toBe(false);
    for (const delivery of running) delivery.done();
    await draining;
    const next = work({ groupId, topics: () => [topic] });
    await next.consumer.start();
    await next.until(() => next.begun.length === 15, 'the rest');
    expect(next.begun.map(Number)).toEqual(range(5, 20));
    await next.consumer.stop();
  });

  it('suspects nothing that comes after it has taken over from a dead process, even where it has read nothing', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const proxy = proxyToBroker();
    await proxy.start();
    const dead = work({ groupId, topics: () => [topic] }, proxy.carry(fixture.connect()));
    await fixture.producer.sendAll(numbered(topic, 20));
    await dead.consumer.start();
    await untilCommitted(fixture, groupId, [topic]);
    proxy.freeze();
    const heir = work({ groupId, topics: () => [topic] });
    const suspicions: unknown[] = [];
    heir.work = (delivery) => {
      suspicions.push(delivery.suspicion);
      heir.finish(delivery);
    };
    await heir.consumer.start();
    await untilAsync('the heir to hold the partition', () => heir.consumer.health().partitions.length === 1);
    await fixture.producer.sendAll(numbered(topic, 20, 20));
    await heir.until(() => heir.begun.length === 20, 'what came later');
    expect(heir.begun.map(Number)).toEqual(range(20, 40));
    expect(suspicions).toEqual(Array(20).fill(undefined));
    await heir.consumer.stop();
    proxy.open();
    await dead.consumer.stop();
    await proxy.cut();
  });

  it('leaves nothing to the past when it wakes up after its session: exactly what was not committed came again elsewhere', async () => {
    const topic = await fixture.makeTopic(2);
    const groupId = fixture.groupId();
    const proxy = proxyToBroker();
    await proxy.start();
    const sleeper = work({ groupId, topics: () => [topic] }, proxy.carry(fixture.connect()));
    const running: Delivery[] = [];
    const waiting: Delivery[] = [];
    sleeper.work = (delivery) => {
      const place = Number(valueOf(delivery)) % 20;
      if (place === 5) waiting.push(delivery);
      else if (place !== 3) sleeper.finish(delivery);
      else if (delivery.begin()) running.push(delivery);
    };
    await fixture.producer.sendAll(numbered(topic, 200));
    await sleeper.consumer.start();
    await sleeper.until(() => sleeper.begun.length === 180, 'all but the slow ones');
    const done = async (): Promise<number> => {
      const partitions = [0, 1].map((partition) => ({ topic, partition }));
      const commits = await reader.commits(groupId, partitions);
      return commits.reduce((sum, commit) => {
        if (!commit || commit === 'wiped') return sum;
        const map = decodeOffsetMap(commit.offset, commit.metadata)!;
        return sum + commit.offset + map.done.reduce((above, { from, to }) => above + to - from, 0);
      }, 0);
    };
    await untilAsync('the commit of all that is done', async () => (await done()) === 180);
    proxy.freeze();
    const heir = work({ groupId, topics: () => [topic] });
    const began = performance.now();
    void heir.consumer.start();
    await heir.until(() => heir.begun.length >= 20, 'the heir to have what was not done');
    console.log(`taken over ${Math.round(performance.now() - began)} ms after the freeze`);
    expect(heir.begun.map(Number).sort((left, right) => left - right)).toEqual(
      range(0, 20).map((index) => Math.floor(index / 2) * 20 + (index % 2 === 0 ? 3 : 5)),
    );
    // Nothing has told the sleeper. It can only know by how long ago it was heard of.
    expect(waiting.map((delivery) => delivery.begin())).toEqual(Array(10).fill(false));
    expect(running.some((delivery) => delivery.isCurrent())).toBe(false);
    await fixture.producer.sendAll(numbered(topic, 100, 1_000));
    await heir.until(() => heir.begun.length === 120, 'what came later');
    await untilCommitted(fixture, groupId, [topic]);
    for (const delivery of running) delivery.done();
    const joins = sleeper.consumer.health().joins;
    proxy.open();
    await untilAsync('the sleeper to be back', () => sleeper.consumer.health().joins > joins);
    sleeper.work = (delivery) => sleeper.finish(delivery);
    await fixture.producer.sendAll(numbered(topic, 100, 2_000));
    const late = (): number =>
      [...sleeper.begun, ...heir.begun].filter((value) => Number(value) >= 2_000).length;
    await untilAsync('what came last', () => late() >= 100);
    await untilCommitted(fixture, groupId, [topic]);
    expect(late()).toBe(100);
    expect(sleeper.begun).toHaveLength(
      180 + 100 - heir.begun.filter((value) => Number(value) >= 2_000).length,
    );
    expect(sleeper.fatal).toEqual([]);
    await Promise.all([sleeper.consumer.stop(), heir.consumer.stop()]);
    await proxy.cut();
  });
});
