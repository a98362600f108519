// The bare limit of submitting in bulk: kafkajs sends records that are ready made.
import type { Producer } from 'kafkajs';
import { answerCalls } from '../child.js';
import { probeRecord } from '../job-records.js';
import { inTurns } from '../load/in-turns.js';
import { openKafka } from './kafka.js';

let producer: Producer | undefined;

async function start(brokers: string[]): Promise<void> {
  producer = openKafka(brokers).producer({ allowAutoTopicCreation: false });
  await producer.connect();
}

/** @returns seconds */
async function send(input: {
  topic: string;
  batches: number;
  size: number;
  inFlight: number;
}): Promise<number> {
  const { topic, batches, size, inFlight } = input;
  const messages = Array.from({ length: size }, () => probeRecord());
  return inTurns(batches, inFlight, () => producer!.send({ topic, acks: -1, messages }));
}

answerCalls({ start, send }, async () => producer?.disconnect());
