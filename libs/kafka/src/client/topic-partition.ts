import type { TopicPartition } from './record.js';

/** A partition as text, `<topic>/<partition>`: unique, since topic names can't contain a slash. */
export function partitionKey({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** Partition numbers by topic. */
export function groupByTopic(partitions: readonly TopicPartition[]): Map<string, number[]> {
  const grouped = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const listed = grouped.get(topic);
    if (listed) listed.push(partition);
    else grouped.set(topic, [partition]);
  }
  return grouped;
}
