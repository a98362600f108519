import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { numbered, useBroker } from '../../client/broker.fixture-spec.js';
import { untilAsync, untilCommitted, Worker } from './worker.fixture-spec.js';

describe('WorkConsumer at its end', () => {
  const fixture = useBroker();
  const work = (groupId: string, topics: readonly string[]): Worker =>
    new Worker(fixture, { groupId, topics: () => topics, timings: { topicPollMs: 100 } });
  /** A worker that runs 20 records, and whose next session, for one more topic, has just begun. */
  const betweenSessions = async (): Promise<{ worker: Worker; topic: string; groupId: string }> => {
    const topics = [await fixture.makeTopic(1)];
    const groupId = fixture.groupId();
    const worker = work(groupId, topics);
    worker.work = (delivery) => delivery.begin();
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topics[0]!, 20));
    await worker.until(() => worker.deliveries.length === 20, 'the records');
    topics.push(await fixture.makeTopic(1));
    await worker.until(() => worker.lost.length > 0, 'the end of the first session');
    return { worker, topic: topics[0]!, groupId };
  };

  it('commits what has finished, also where it has only just joined', async () => {
    const [topic, other] = [await fixture.makeTopic(1), await fixture.makeTopic(1)];
    const groupId = fixture.groupId();
    const worker = work(groupId, [topic]);
    worker.work = (delivery) => delivery.begin();
    await worker.consumer.start();
    await fixture.producer.sendAll(numbered(topic, 20));
    await worker.until(() => worker.deliveries.length === 20, 'the records');

    const { joins } = worker.consumer.health();
    const guest = work(groupId, [other]);
    void guest.consumer.start();
    while (worker.consumer.health().joins === joins) await turn();
    for (const delivery of worker.deliveries) delivery.done();
    await worker.consumer.stop();
    await untilCommitted(fixture, groupId, [topic]);
  });

  it('commits what ends in a session that has read nothing', async () => {
    const { worker, topic, groupId } = await betweenSessions();
    const { joins } = worker.consumer.health();
    await untilAsync('the next session', () => worker.consumer.health().joins > joins);
    for (const delivery of worker.deliveries) delivery.done();
    await untilCommitted(fixture, groupId, [topic]);
    expect(worker.deliveries).toHaveLength(20);
    await worker.consumer.stop();
  });

  it('commits what ended between two sessions, though it stops before the next one has joined', async () => {
    const { worker, topic, groupId } = await betweenSessions();
    for (const delivery of worker.deliveries) delivery.done();
    await worker.consumer.stop();
    await untilCommitted(fixture, groupId, [topic], 100);
    expect(worker.deliveries).toHaveLength(20);
  });
});
