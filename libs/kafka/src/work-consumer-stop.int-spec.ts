import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { BrokerFixture, numbered } from './broker.fixture-spec.js';
import { untilCommitted, Worker } from './worker.fixture-spec.js';

describe('WorkConsumer at its end', () => {
  const fixture = new BrokerFixture();
  const workers: Worker[] = [];
  beforeAll(() => fixture.start());
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.consumer.stop()));
    await fixture.stop();
  });
  const work = (groupId: string, topic: string): Worker => {
    const worker = new Worker(fixture, { groupId, topics: () => [topic] });
    workers.push(worker);
    return worker;
  };

  it('commits what has finished, also where it has only just joined', async () => {
    const [topic, other] = [await fixture.makeTopic(1), await fixture.makeTopic(1)];
    const groupId = fixture.groupId();
    const worker = work(groupId, topic);
    worker.work = (delivery) => delivery.begin();
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 20));
    await worker.until(() => worker.deliveries.length === 20, 'the records');

    const { joins } = worker.consumer.health();
    const guest = work(groupId, other);
    void guest.consumer.start();
    while (worker.consumer.health().joins === joins) await turn();
    for (const delivery of worker.deliveries) delivery.done();
    await worker.consumer.stop();
    await untilCommitted(fixture, groupId, [topic]);
  }, 30_000);
});
