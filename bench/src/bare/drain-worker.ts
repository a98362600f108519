// The bare limit of a worker: consume requests, produce an event for each, commit.
import type { Consumer, Producer } from 'kafkajs';
import { answerCalls } from '../child.js';
import { eventOf, readRequest } from './event.js';
import { joined, openConsumer, openKafka } from './kafka.js';

interface Start {
  brokers: string[];
  requests: string;
  events: string;
  groupId: string;
}

/** kafkajs makes one record batch of what a partition gets in a send, and the broker takes none of over 1 MiB. */
const sentTogether = 1_000;

let consumer: Consumer | undefined;
let producer: Producer | undefined;

async function start({ brokers, requests, events, groupId }: Start): Promise<void> {
  const kafka = openKafka(brokers);
  const sender = (producer = kafka.producer({ allowAutoTopicCreation: false }));
  const reader = (consumer = openConsumer(kafka, groupId));
  await Promise.all([sender.connect(), reader.connect()]);
  await reader.subscribe({ topics: [requests], fromBeginning: true });
  const ready = joined(reader);
  await reader.run({
    partitionsConsumedConcurrently: 6,
    eachBatch: async ({ batch }) => {
      const at = new Date().toISOString();
      const messages = batch.messages.map((message) => eventOf(readRequest(message), message.headers, at));
      while (messages.length > 0)
        await sender.send({ topic: events, acks: -1, messages: messages.splice(0, sentTogether) });
    },
  });
  await ready;
}

answerCalls({ start }, async () => {
  await consumer?.disconnect();
  await producer?.disconnect();
});
