import {
  KafkaConnection,
  kafkaSettingsFromEnv,
  RecordProducer,
  TailConsumer,
  type IncomingRecord,
  type OutgoingRecord,
  type RecordReceipt,
} from '@jobstream/kafka';
import { patienceMs } from '../eventually.js';

/** A connection of the test's own to the broker of the test run (or to `brokers`). */
export function connectToBroker(brokers?: string): KafkaConnection {
  return new KafkaConnection(
    kafkaSettingsFromEnv({ ...process.env, ...(brokers === undefined ? {} : { KAFKA_BROKERS: brokers }) }),
  );
}

/** Every record that the topics hold now, in no order across partitions. */
export async function readTopics(topics: string[], brokers?: string): Promise<IncomingRecord[]> {
  const records: IncomingRecord[] = [];
  let fail: (error: Error) => void = () => undefined;
  const fatal = new Promise<never>((_, reject) => (fail = reject));
  const consumer = new TailConsumer(connectToBroker(brokers), {
    topics: () => topics,
    from: 'start',
    onRecords: (batch) => records.push(...batch),
    onFatal: (error) => fail(error),
  });
  try {
    await Promise.race([fatal, consumer.start().then(() => consumer.caughtUp())]);
  } finally {
    await consumer.stop();
  }
  return records;
}

/** Writes records as any client could, in one go. A broker that is busy has time. */
export async function writeRecords(records: OutgoingRecord[], brokers?: string): Promise<RecordReceipt[]> {
  const producer = new RecordProducer(connectToBroker(brokers), { deadlineMs: patienceMs });
  await producer.start();
  try {
    return await Promise.all(records.map((record) => producer.send(record)));
  } finally {
    await producer.stop();
  }
}
