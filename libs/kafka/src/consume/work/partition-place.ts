import type { ClusterReader, GroupCommit } from '../../client/cluster-reader.js';
import type { TopicPartition } from '../../client/record.js';
import { judgeRange, type OffsetRange } from '../offset-range.js';
import { decodeOffsetMap } from './offset-map.js';

/** A group's commit for a partition, beside what the log has. */
export interface PartitionPlace {
  readonly commit: GroupCommit;
  readonly logStart: number;
  /** How the commit relates to the log; `within` without a commit. */
  readonly range: OffsetRange;
}

/** Looks up the places of partitions, in their order; undefined for those whose log can't be asked now. */
export async function lookUpPlaces(
  reader: ClusterReader,
  groupId: string,
  partitions: readonly TopicPartition[],
): Promise<(PartitionPlace | undefined)[]> {
  const commits = await reader.commits(groupId, partitions);
  const wanted = partitions.map(({ topic, partition }, index) => {
    const commit = commits[index]!;
    const isPlace = commit !== null && commit !== 'wiped';
    const lastTime = isPlace ? (decodeOffsetMap(commit.offset, commit.metadata)?.lastTime ?? null) : null;
    return { topic, partition, lastTime };
  });
  const ranges = await reader.rangesOf(wanted);
  return partitions.map((partition, index) => {
    const [commit, log] = [commits[index]!, ranges[index]];
    if (!log) return undefined;
    const offset = commit === null || commit === 'wiped' ? log.start : commit.offset;
    return { commit, logStart: log.start, range: judgeRange(partition, offset, log) };
  });
}
