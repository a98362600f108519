import type { TopicPartition } from '@jobstream/kafka';

/** The offsets that a partition holds. */
export interface LogPartition extends TopicPartition {
  readonly start: number;
  /** The offset after the last record. */
  readonly end: number;
}

/** How far a reader has read a partition. */
export interface Reading extends TopicPartition {
  /** A consumer group, or the schema of a projection. */
  readonly reader: string;
  /** The offset to read next; 0 for a reader that has not begun. */
  readonly next: number;
}

/** The first record of a partition that some reader still needs. */
export interface UnreadRecord extends TopicPartition {
  readonly reader: string;
  readonly offset: number;
}

/** A record that must stay in the log, and when the log took it, in milliseconds since 1970. */
export interface Hold {
  readonly reader: string;
  readonly at: number;
}

/** Everything older than `at` may be deleted. */
export interface RecordCut {
  readonly at: number;
  /** The reader that keeps the cut from being later; null where age alone decides. */
  readonly heldBy: Hold | null;
}

/** For each partition that is not fully read: the first record still needed, and by which reader. */
export function findUnread(
  partitions: readonly LogPartition[],
  readings: readonly Reading[],
): UnreadRecord[] {
  return partitions.flatMap(({ topic, partition, start, end }) => {
    const slowest = readings
      .filter((reading) => reading.topic === topic && reading.partition === partition)
      .reduce<Reading | undefined>(
        (least, each) => (least && least.next <= each.next ? least : each),
        undefined,
      );
    if (!slowest) return [];
    const offset = Math.max(start, slowest.next);
    return offset < end ? [{ topic, partition, reader: slowest.reader, offset }] : [];
  });
}

/**
 * One cut for all topics, so that a job is kept or deleted as a whole: the earlier of `now - keptMs` and the oldest record
 * that a reader needs.
 */
export function decideCut(now: number, keptMs: number, holds: readonly Hold[]): RecordCut {
  const byAge = now - keptMs;
  const oldest = holds.reduce<Hold | null>(
    (least, each) => (least && least.at <= each.at ? least : each),
    null,
  );
  return oldest && oldest.at < byAge ? { at: oldest.at, heldBy: oldest } : { at: byAge, heldBy: null };
}

/**
 * The offsets below which each partition may be emptied. Partitions that keep everything are left out.
 * @param offsetsAtCut by topic and partition, the first offset at or after the cut
 * @param unread the first unread records: they stay, and all later ones, whatever the clocks say
 */
export function decideDeletions(
  partitions: readonly LogPartition[],
  offsetsAtCut: ReadonlyMap<string, readonly number[]>,
  unread: readonly UnreadRecord[],
): Map<string, { partition: number; offset: number; records: number }[]> {
  const deletions = new Map<string, { partition: number; offset: number; records: number }[]>();
  for (const { topic, partition, start, end } of partitions) {
    const needed = unread.find((each) => each.topic === topic && each.partition === partition);
    const offset = Math.min(offsetsAtCut.get(topic)?.[partition] ?? start, needed?.offset ?? end);
    if (offset <= start) continue;
    const ofTopic = deletions.get(topic) ?? [];
    deletions.set(topic, [...ofTopic, { partition, offset, records: offset - start }]);
  }
  return deletions;
}
