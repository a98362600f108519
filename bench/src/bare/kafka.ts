import kafkajs from 'kafkajs';
import type { Consumer, ConsumerConfig, Kafka } from 'kafkajs';

/** A kafkajs client as anyone would make it. */
export function openKafka(brokers: string[]): Kafka {
  return new kafkajs.Kafka({ brokers, clientId: 'bare', logLevel: kafkajs.logLevel.NOTHING });
}

/** A consumer that fetches as much at once as the platform's do. */
export function openConsumer(kafka: Kafka, groupId: string, more: Partial<ConsumerConfig> = {}): Consumer {
  return kafka.consumer({
    groupId,
    maxBytesPerPartition: 1024 * 1024,
    maxBytes: 16 * 1024 * 1024,
    maxWaitTimeInMs: 250,
    ...more,
  });
}

/** Resolves once the consumer has joined its group for the first time. */
export function joined(consumer: Consumer): Promise<void> {
  return new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, () => resolve()));
}
