import type { ClusterReader, GroupCommit } from '../../client/cluster-reader.js';
import { latestOf } from '../../client/log-time.js';
import type { TopicPartition } from '../../client/record.js';
import { judgeRange, type OffsetRange } from '../offset-range.js';
import { decodeOffsetMap } from './offset-map.js';

/** A group's commit for a partition, beside what the log has. */
export interface PartitionPlace {
  readonly commit: GroupCommit;
  readonly logStart: number;
  readonly logEnd: number;
  /** How the commit, and what is known to be finished above it, relate to the log. */
  readonly range: OffsetRange;
}

/** What a process remembers of the log of a partition that it held before. */
export interface RememberedLog {
  /** See `HeldPartition.lastTime`. */
  readonly lastTime: number | null;
  /** The offset after the highest that it has finished or runs. */
  readonly reached: number;
}

/**
 * Looks up the places of partitions, in their order; undefined for those whose log can't be asked now.
 * @param remembered undefined for a partition that this process did not hold before
 */
export async function lookUpPlaces(
  reader: ClusterReader,
  groupId: string,
  partitions: readonly TopicPartition[],
  remembered: (partition: TopicPartition) => RememberedLog | undefined,
): Promise<(PartitionPlace | undefined)[]> {
  const commits = await reader.commits(groupId, partitions);
  const known = partitions.map((partition, index) => {
    const found = commits[index]!;
    const commit = found === 'wiped' ? null : found;
    const map = commit && decodeOffsetMap(commit.offset, commit.metadata);
    const memory = remembered(partition);
    const reached = Math.max(commit?.offset ?? 0, map?.done.at(-1)?.to ?? 0, memory?.reached ?? 0);
    const { topic, partition: number } = partition;
    return {
      topic,
      partition: number,
      lastTime: latestOf([map?.lastTime ?? null, memory?.lastTime ?? null]),
      from: commit?.offset,
      reached,
    };
  });
  const ranges = await reader.rangesOf(known);
  return partitions.map((partition, index) => {
    const log = ranges[index];
    if (!log) return undefined;
    const { from = log.start, reached } = known[index]!;
    const range = judgeRange(partition, from, log);
    // Offsets above the commit that are finished are skipped: in a log made anew they would be other records.
    const isGone = range.kind !== 'within' || reached <= from;
    return {
      commit: commits[index]!,
      logStart: log.start,
      logEnd: log.end,
      range: isGone ? range : judgeRange(partition, reached, log),
    };
  });
}
