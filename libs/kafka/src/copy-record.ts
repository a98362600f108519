import type { KafkaMessage } from 'kafkajs';
import type { IncomingRecord } from './record.js';

/** kafkajs' messages are slices of the whole fetch answer: whatever outlives the hand-over is copied, or it would pin that. */
export function copyRecord(topic: string, partition: number, message: KafkaMessage): IncomingRecord {
  const record = lendRecord(topic, partition, message);
  record.key &&= Buffer.from(record.key);
  record.value &&= Buffer.from(record.value);
  return record;
}

/** A record whose key and value are still slices of the fetch answer: for whoever is done with it when the hand-over returns. */
export function lendRecord(topic: string, partition: number, message: KafkaMessage): IncomingRecord {
  const headers: Record<string, string> = {};
  for (const name in message.headers) {
    const value = message.headers[name];
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined && last !== null) headers[name] = last.toString();
  }
  return {
    topic,
    partition,
    offset: Number(message.offset),
    timestamp: Number(message.timestamp),
    key: message.key,
    value: message.value,
    headers,
  };
}
