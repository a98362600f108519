// The bare limit of one partition's jobs: as many at a time as there are slots, in no order of keys, each a timer; events
// go out together while no other send is on its way.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, Message, Producer } from 'kafkajs';
import { answerCalls } from '../child.js';
import { eventOf, readRequest } from './event.js';
import { joined, openConsumer, openKafka } from './kafka.js';

interface Start {
  brokers: string[];
  requests: string;
  events: string;
  groupId: string;
  slots: number;
}

let consumer: Consumer | undefined;
let producer: Producer | undefined;

async function start({ brokers, requests, events, groupId, slots }: Start): Promise<void> {
  const kafka = openKafka(brokers);
  producer = kafka.producer({ allowAutoTopicCreation: false });
  consumer = openConsumer(kafka, groupId);
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({ topics: [requests], fromBeginning: true });
  const ready = joined(consumer);
  const waiting: Message[] = [];
  const ended: Message[] = [];
  let running = 0;
  let sending = false;

  const pump = (): void => {
    while (running < slots && waiting.length > 0) {
      running += 1;
      void work(waiting.shift()!);
    }
  };
  const work = async (message: Message): Promise<void> => {
    const request = readRequest(message);
    const { sleepMs } = request.payload;
    if (sleepMs) await sleep(sleepMs);
    ended.push(eventOf(request, message.headers, new Date().toISOString()));
    running -= 1;
    pump();
    void flush();
  };
  const flush = async (): Promise<void> => {
    if (sending) return;
    sending = true;
    while (ended.length > 0) await producer!.send({ topic: events, acks: -1, messages: ended.splice(0) });
    sending = false;
  };

  await consumer.run({
    eachBatch: async ({ batch }) => {
      waiting.push(...batch.messages);
      pump();
    },
  });
  await ready;
}

answerCalls({ start }, async () => {
  await consumer?.disconnect();
  await producer?.disconnect();
});
