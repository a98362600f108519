import type { FetchedRecord } from '../client/kafkajs/fetched-records.js';
import type { IncomingRecord } from '../client/record.js';

/** kafkajs' messages are slices of the whole fetch answer. A record that is kept is copied, or it would keep that in memory. */
export function copyRecord(topic: string, partition: number, message: FetchedRecord): IncomingRecord {
  const record = lendRecord(topic, partition, message);
  record.key &&= Buffer.from(record.key);
  record.value &&= Buffer.from(record.value);
  return record;
}

/** A record whose key and value are still slices of the fetch answer: for receivers that keep nothing of it. */
export function lendRecord(
  topic: string,
  partition: number,
  { offset, timestamp, key, value, headers }: FetchedRecord,
): IncomingRecord {
  return { topic, partition, offset, timestamp, key, value, headers };
}

/** A record of ours takes about this beside its value: key, headers, and the objects around them. */
const minRestBytes = 200;

/** About how many bytes a record takes while it is kept. */
export function keptBytes({ key, value, headers }: IncomingRecord): number {
  let rest = key?.length ?? 0;
  for (const name in headers) rest += name.length + headers[name]!.length;
  return (value?.length ?? 0) + Math.max(rest, minRestBytes);
}
