// The bare limit of one job's way: kafkajs produces a request and consumes its event; a bare worker is between.
import { EventEmitter, once } from 'node:events';
import type { Consumer, Producer } from 'kafkajs';
import { answerCalls } from '../child.js';
import { probeRecord } from '../job-records.js';
import { joined, openConsumer, openKafka } from './kafka.js';

let consumer: Consumer | undefined;
let producer: Producer | undefined;
const arrivals = new EventEmitter();

async function start({
  brokers,
  events,
  groupId,
}: {
  brokers: string[];
  events: string;
  groupId: string;
}): Promise<void> {
  const kafka = openKafka(brokers);
  producer = kafka.producer({ allowAutoTopicCreation: false });
  consumer = openConsumer(kafka, groupId);
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [events], fromBeginning: true });
  const ready = joined(consumer);
  await consumer.run({
    eachMessage: async ({ message }) => void arrivals.emit(message.key!.toString()),
  });
  await ready;
}

/** @returns ms of each job */
async function send({ topic, jobs }: { topic: string; jobs: number }): Promise<number[]> {
  const took: number[] = [];
  for (let job = 0; job < jobs; job++) {
    const record = probeRecord();
    const began = performance.now();
    const arrived = once(arrivals, record.key);
    await producer!.send({ topic, acks: -1, messages: [record] });
    await arrived;
    took.push(performance.now() - began);
  }
  return took;
}

answerCalls({ start, send }, async () => {
  await consumer?.disconnect();
  await producer?.disconnect();
});
