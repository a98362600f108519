import { describe, expect, it } from '@jest/globals';
import { Condition, numbered, useBroker } from '../../client/broker.fixture-spec.js';
import type { KafkaConnection } from '../../client/connection.js';
import { consumerFault, type ConsumerAlarm } from '../../client/consumer-health.js';
import { proxyToBroker } from '../../client/proxy.fixture-spec.js';
import type { IncomingRecord, TopicPartition } from '../../client/record.js';
import { partitionKey } from '../../client/topic-partition.js';
import { untilAsync } from '../work/worker.fixture-spec.js';
import { PositionedConsumer, type PositionedConsumerOptions } from './positioned-consumer.js';

/** A projection under test: applies records to a store that several share, as rows and checkpoint in one transaction would. */
class Projection {
  readonly condition = new Condition();
  readonly asked: string[] = [];
  readonly lost: string[] = [];
  readonly alarms: ConsumerAlarm[] = [];
  readonly consumer: PositionedConsumer;
  /** What was handed over and waits to be applied. */
  readonly waiting: { records: IncomingRecord[]; logEnd: number }[] = [];
  rolledBack = 0;
  applies = true;

  constructor(
    readonly store: Map<string, { next: number; values: string[] }>,
    connection: KafkaConnection,
    options: Pick<PositionedConsumerOptions, 'groupId' | 'topics'> & Partial<PositionedConsumerOptions>,
  ) {
    this.consumer = new PositionedConsumer(connection, {
      positions: async (partitions) => {
        this.asked.push(...partitions.map(partitionKey));
        return partitions.map((partition) => this.store.get(partitionKey(partition))?.next ?? -1);
      },
      onRecords: (records, logEnd) => {
        this.waiting.push({ records, logEnd });
        if (this.applies) this.applyAll();
        this.condition.signal();
      },
      onLost: (partitions: TopicPartition[]) => this.lost.push(...partitions.map(partitionKey)),
      onAlarm: (alarm) => {
        this.alarms.push(alarm);
        this.condition.signal();
      },
      onFatal: (error) => {
        throw error;
      },
      ...options,
    });
  }

  applyAll(): void {
    for (const { records } of this.waiting.splice(0)) this.apply(records);
  }

  /** The checkpoint guards the rows: what does not begin where they end is rolled back, and read again from there. */
  private apply(records: IncomingRecord[]): void {
    const { topic, partition, offset } = records[0]!;
    const rows = this.store.get(partitionKey(records[0]!)) ?? { next: offset, values: [] };
    if (rows.next !== offset) {
      this.rolledBack += 1;
      this.consumer.seekTo(topic, partition, rows.next);
      return;
    }
    rows.values.push(...records.map(({ value }) => value!.toString()));
    rows.next = records.at(-1)!.offset + 1;
    this.store.set(partitionKey(records[0]!), rows);
    this.consumer.release(topic, partition, rows.next);
  }
}

const valuesIn = (store: Projection['store']): number[] =>
  [...store.values()].flatMap(({ values }) => values.map(Number)).sort((left, right) => left - right);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, index) => from + index);

describe('PositionedConsumer on a real broker', () => {
  const fixture = useBroker();
  const project = (
    ...given: [Projection['store'], ConstructorParameters<typeof Projection>[2], KafkaConnection?]
  ): Projection => {
    const [store, options, connection = fixture.connect()] = given;
    const projection = new Projection(store, connection, options);
    fixture.keep(projection.consumer);
    return projection;
  };

  it('reads from the positions its owner keeps, not from the commits', async () => {
    const topic = await fixture.makeTopic(2);
    const groupId = fixture.groupId();
    await fixture.producer.sendAll(numbered(topic, 200));
    const store: Projection['store'] = new Map([[`${topic}/0`, { next: 10, values: [] }]]);
    const projection = project(store, { groupId, topics: () => [topic] });
    await projection.consumer.start();
    const ends = (await fixture.admin.endOffsets([topic])).get(topic)!;
    const read = (): number[] => [0, 1].map((partition) => store.get(`${topic}/${partition}`)?.next ?? 0);
    await projection.condition.until(
      () => read().every((next, partition) => next === ends[partition]),
      'the end',
    );
    expect(valuesIn(store)).toHaveLength(190);
    await projection.consumer.stop();
    expect((await fixture.admin.committed(groupId, [topic])).get(topic)).toEqual(ends);

    store.clear();
    const rebuilt = project(store, { groupId, topics: () => [topic] });
    await rebuilt.consumer.start();
    await rebuilt.condition.until(() => valuesIn(store).length === 200, 'everything again');
    expect(valuesIn(store)).toEqual(range(0, 200));
    await rebuilt.consumer.stop();
  });

  it('goes back to where a rolled-back transaction ended', async () => {
    const topic = await fixture.makeTopic(1);
    const store: Projection['store'] = new Map();
    const projection = project(store, { groupId: fixture.groupId(), topics: () => [topic] });
    await projection.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 50));
    await projection.condition.until(() => valuesIn(store).length === 50, 'the first');
    projection.applies = false;
    await fixture.producer.sendAll(numbered(topic, 10, 50));
    await projection.condition.until(() => projection.waiting.length > 0, 'the next');
    const rows = store.get(`${topic}/0`)!;
    rows.next = 40;
    rows.values.length = 40;
    projection.applies = true;
    projection.applyAll();
    await projection.condition.until(() => valuesIn(store).length === 60, 'all again');
    expect(projection.rolledBack).toBeGreaterThan(0);
    expect(valuesIn(store)).toEqual(range(0, 60));
    await projection.consumer.stop();
  });

  it('shares the partitions among several, each record applied once, as they come and go', async () => {
    const topic = await fixture.makeTopic(6);
    const groupId = fixture.groupId();
    const store: Projection['store'] = new Map();
    const stays = project(store, { groupId, topics: () => [topic] });
    await stays.consumer.start();
    await untilAsync('it to have all', () => stays.consumer.health().partitions.length === 6);
    // kafkajs joins twice where the broker does not serve a new topic yet: what was asked until here is of no interest.
    const askedAtFirst = stays.asked.length;
    const sending = (async () => {
      for (let from = 0; from < 6_000; from += 100)
        await fixture.producer.sendAll(numbered(topic, 100, from));
    })();
    for (let round = 0; round < 2; round += 1) {
      const guest = project(store, { groupId, topics: () => [topic] });
      await guest.consumer.start();
      await untilAsync('the guest to have its share', () => guest.consumer.health().partitions.length === 3);
      expect(new Set(guest.asked).size).toBe(3);
      await guest.consumer.stop();
    }
    await sending;
    await untilAsync('everything', () => valuesIn(store).length >= 6_000);
    expect(valuesIn(store)).toEqual(range(0, 6_000));
    // What stayed where it was over all the joins was not asked for again.
    const askedAgain = new Set(stays.asked.slice(askedAtFirst));
    for (const partition of [0, 1, 2]) expect(askedAgain).not.toContain(`${topic}/${partition}`);
    await stays.consumer.stop();
  });

  it('holds no more than its bounds while nothing is released', async () => {
    const topic = await fixture.makeTopic(2);
    const store: Projection['store'] = new Map();
    const projection = project(store, {
      groupId: fixture.groupId(),
      topics: () => [topic],
      bufferRecords: 100,
    });
    projection.applies = false;
    await projection.consumer.start();
    const held = (): number => projection.waiting.reduce((sum, { records }) => sum + records.length, 0);
    let sent = 0;
    const send = async (): Promise<void> => {
      await fixture.producer.sendAll(numbered(topic, 20, sent));
      sent += 20;
    };
    // The first fetch may bring much at once; what comes after it shows the bound. While a place is looked up there is a pause too.
    await untilAsync('the pause', async () => {
      await send();
      return held() >= 100 && projection.consumer.health().partitions.every(({ paused }) => paused);
    });
    const sentUntilPause = sent;
    while (sent < sentUntilPause + 1_000) await send();
    expect(held()).toBeGreaterThanOrEqual(100);
    expect(held()).toBeLessThanOrEqual(sentUntilPause);
    projection.applies = true;
    projection.applyAll();
    await projection.condition.until(() => valuesIn(store).length === sent, 'everything');
    expect(valuesIn(store)).toEqual(range(0, sent));
    await projection.consumer.stop();
  });

  it('continues after an outage where it was', async () => {
    const topic = await fixture.makeTopic(2);
    const proxy = proxyToBroker();
    await proxy.start();
    const store: Projection['store'] = new Map();
    const connection = proxy.carry(fixture.connect());
    const projection = project(store, { groupId: fixture.groupId(), topics: () => [topic] }, connection);
    await projection.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 100));
    await projection.condition.until(() => valuesIn(store).length === 100, 'the first');
    await proxy.cut();
    await fixture.producer.sendAll(numbered(topic, 100, 100));
    await untilAsync('the outage to show', () => !projection.consumer.health().joined);
    await proxy.start();
    await projection.condition.until(() => valuesIn(store).length === 200, 'the rest');
    expect(valuesIn(store)).toEqual(range(0, 200));
    expect(projection.rolledBack).toBe(0);
    await projection.consumer.stop();
    await proxy.cut();
  });

  it('reports a position that was deleted, and continues at the first record left', async () => {
    const topic = await fixture.makeTopic(1);
    await fixture.producer.sendAll(numbered(topic, 30));
    await fixture.admin.deleteRecordsBefore(topic, [{ partition: 0, offset: 20 }]);
    const store: Projection['store'] = new Map();
    const fresh = project(store, { groupId: fixture.groupId(), topics: () => [topic] });
    await fresh.consumer.start();
    await fresh.condition.until(() => valuesIn(store).length === 10, 'what is left');
    expect(fresh.alarms).toEqual([]);
    await fresh.consumer.stop();

    const read: IncomingRecord[] = [];
    const behind = project(new Map(), {
      groupId: fixture.groupId(),
      topics: () => [topic],
      positions: async () => [5],
      onRecords: (records) => void read.push(...records),
    });
    await behind.consumer.start();
    await untilAsync('what is left', () => read.length === 10);
    expect(behind.alarms).toMatchObject([{ code: 'offset_out_of_range', topic, partition: 0 }]);
    await behind.consumer.stop();
  });

  it('tells that it has passed what was deleted, also where nothing is left', async () => {
    const topic = await fixture.makeTopic(1);
    await fixture.producer.sendAll(numbered(topic, 30));
    await fixture.admin.deleteRecordsBefore(topic, [{ partition: 0, offset: 30 }]);
    const passed: number[] = [];
    const behind = project(new Map(), {
      groupId: fixture.groupId(),
      topics: () => [topic],
      positions: async () => [5],
      onPosition: (_, next) => passed.push(next),
    });
    await behind.consumer.start();
    await untilAsync('the place after what is gone', () => passed.includes(30));
    expect(behind.alarms).toMatchObject([{ code: 'offset_out_of_range', topic, partition: 0 }]);
    await behind.consumer.stop();
  });

  it('stands still, with an alarm, where the log ends before the position', async () => {
    const topic = await fixture.makeTopic(1);
    await fixture.producer.sendAll(numbered(topic, 3));
    const store: Projection['store'] = new Map([[`${topic}/0`, { next: 50, values: [] }]]);
    const projection = project(store, { groupId: fixture.groupId(), topics: () => [topic] });
    await projection.consumer.start();
    await projection.condition.until(() => projection.alarms.length > 0, 'the alarm');
    expect(projection.alarms).toMatchObject([{ code: 'log_cut', topic }]);
    expect(consumerFault(projection.consumer.health())).toMatch(/set the position that is kept for it to 3/);
    expect(valuesIn(store)).toEqual([]);
    await projection.consumer.stop();
  });

  it('begins again at the start of a log that ends before the position, for an owner that takes records twice', async () => {
    const topic = await fixture.makeTopic(1);
    await fixture.producer.sendAll(numbered(topic, 3));
    const read: number[] = [];
    const anew: number[] = [];
    const { consumer, alarms } = project(new Map(), {
      groupId: fixture.groupId(),
      topics: () => [topic],
      positions: async () => [50],
      onRecords: (records) => read.push(...records.map(({ offset }) => offset)),
      onMadeAnew: (_, start) => anew.push(start),
    });
    await consumer.start();
    await untilAsync('the records', () => read.length === 3);
    expect([anew, consumerFault(consumer.health())]).toEqual([[0], null]);
    expect(alarms).toMatchObject([{ code: 'offset_out_of_range', topic }]);
    await consumer.stop();
  });
});
