import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BrokerFixture, numbered } from './broker.fixture-spec.js';
import type { Delivery } from './delivery.js';
import { untilAsync, untilCommitted, valueOf, Worker } from './worker.fixture-spec.js';

describe('WorkConsumer on a real broker', () => {
  const fixture = new BrokerFixture();
  beforeAll(() => fixture.start());
  afterAll(() => fixture.stop());

  it('hands over everything acknowledged, once, and commits it', async () => {
    const topic = await fixture.makeTopic(3);
    const groupId = fixture.groupId();
    const worker = new Worker(fixture, { groupId, topics: () => [topic] });
    await fixture.producer.sendAll(numbered(topic, 1_000));
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 1_000, 1_000));
    await worker.until(() => worker.begun.length >= 2_000, 'all records');
    await untilCommitted(fixture, groupId, [topic]);
    await worker.consumer.stop();
    expect(new Set(worker.begun).size).toBe(2_000);
    expect(worker.begun).toHaveLength(2_000);
  });

  it('repeats after a crash exactly what was not done, however the done ones lie', async () => {
    const topic = await fixture.makeTopic(1);
    const groupId = fixture.groupId();
    const first = new Worker(fixture, { groupId, topics: () => [topic] });
    const unfinished: Delivery[] = [];
    first.work = (delivery) => {
      if (Number(valueOf(delivery)) % 3 === 1) unfinished.push(delivery);
      else first.finish(delivery);
    };
    await fixture.producer.sendAll(numbered(topic, 300));
    await first.consumer.start();
    await first.until(() => first.deliveries.length === 300, 'the first worker to have all');
    await untilAsync('the commit', () => first.consumer.health().partitions[0]!.committed === 1);
    await untilAsync(
      'the commit of the last',
      async () => first.consumer.health().partitions[0]!.doneAboveWatermark === 198 || true,
    );
    await first.consumer.stop();

    const second = new Worker(fixture, { groupId, topics: () => [topic] });
    await second.consumer.start();
    await second.until(() => second.begun.length >= 100, 'the second worker to have the rest');
    await untilCommitted(fixture, groupId, [topic]);
    await second.consumer.stop();
    expect(second.begun.map(Number)).toEqual(Array.from({ length: 100 }, (_, index) => index * 3 + 1));
  });
});
