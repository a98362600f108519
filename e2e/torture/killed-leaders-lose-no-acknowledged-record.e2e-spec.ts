import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  KafkaConnection,
  RecordProducer,
  TopicAdmin,
  WorkConsumer,
  type AlarmCode,
  type ConsumerAlarm,
  type SendOutcome,
} from '@jobstream/kafka';
import { eventually, OwnStack } from '@jobstream/testing';

const KILLS = 5;
const BATCH = 20;

describe('killed leaders in a cluster of three lose no acknowledged record', () => {
  let stack: OwnStack;
  let connection: KafkaConnection;
  let admin: TopicAdmin;
  let producer: RecordProducer;
  beforeAll(async () => {
    stack = await OwnStack.start({ brokers: 3 });
    connection = new KafkaConnection({ brokers: stack.kafka.addresses.split(','), clientId: 'cluster-test' });
    admin = new TopicAdmin(connection);
    producer = new RecordProducer(connection);
    await Promise.all([admin.start(), producer.start()]);
  });
  afterAll(async () => {
    await producer?.stop();
    await admin?.stop();
    await stack?.stop();
  });

  it('goes on taking records while each leader in turn is killed, and every one taken is worked on', async () => {
    const topic = `killed.${randomUUID()}`;
    const groupId = `killed.${randomUUID()}`;
    expect(await admin.ensureTopics([{ name: topic, partitions: 6 }])).toEqual([]);
    const worked = new Map<string, number>();
    const alarms: ConsumerAlarm[] = [];
    const fatal: Error[] = [];
    const worker = new WorkConsumer(connection, {
      groupId,
      topics: () => [topic],
      onDeliveries: (deliveries) => {
        for (const delivery of deliveries) {
          if (!delivery.begin()) continue;
          const id = delivery.record.value!.toString();
          worked.set(id, (worked.get(id) ?? 0) + 1);
          delivery.done();
        }
      },
      onAlarm: (alarm) => alarms.push(alarm),
      onFatal: (error) => fatal.push(error),
    });
    await worker.start();

    const acknowledged = new Set<string>();
    const outcomes = { receipts: 0, resent: 0, never_sent: 0, unacknowledged: 0, record_refused: 0 };
    let sent = 0;
    let over = false;
    let longestPause = 0;
    const send = async (): Promise<void> => {
      const records = Array.from({ length: BATCH }, () => ({
        topic,
        key: randomUUID(),
        value: String((sent += 1)),
        headers: {},
      }));
      const each = await producer.sendAll(records);
      each.forEach((outcome: SendOutcome, index) => {
        if ('error' in outcome) {
          outcomes[outcome.error.code] += 1;
        } else {
          outcomes.receipts += 1;
          if (outcome.receipt.resent) outcomes.resent += 1;
          acknowledged.add(records[index]!.value);
        }
      });
    };
    const load = (async () => {
      for (let last = performance.now(); !over; last = performance.now()) {
        await send();
        longestPause = Math.max(longestPause, performance.now() - last);
      }
    })();

    for (let kill = 0; kill < KILLS; kill += 1) {
      const broker = stack.kafka.brokers[kill % 3]!;
      const before = acknowledged.size;
      broker.process.signal('SIGKILL');
      expect(await broker.process.exited).toMatchObject({ signal: 'SIGKILL' });
      await eventually(() => expect(acknowledged.size).toBeGreaterThan(before + 10 * BATCH));
      await broker.start();
      await stack.kafka.ready();
    }
    over = true;
    await load;
    await eventually(() => expect([...acknowledged].filter((id) => !worked.has(id))).toEqual([]), {
      timeoutMs: 60_000,
    });
    await eventually(async () => {
      const ends = await admin.endOffsets([topic]);
      expect(await admin.committed(groupId, [topic])).toEqual(ends);
    });
    const copies = [...worked.values()].reduce((sum, times) => sum + times - 1, 0);
    console.log(`${KILLS} kills:`, {
      ...outcomes,
      copies,
      longestPauseMs: Math.round(longestPause),
      alarms: alarms.length,
    });
    expect(outcomes.record_refused).toBe(0);
    expect(fatal).toEqual([]);
    const losses: AlarmCode[] = ['offset_out_of_range', 'log_cut'];
    expect(alarms.filter(({ code }) => losses.includes(code))).toEqual([]);
    await worker.stop();
  });
});
