import type { Commit, GroupCommit } from '../../client/cluster-reader.js';
import { decodeOffsetMap } from './offset-map.js';

/** This process' own commits for a partition. */
export interface CommitHistory {
  /** The group's commit when this process began with the partition. */
  startedFrom: Commit | null;
  /** The offset and number of the last commit known to have arrived; null before the first. */
  acknowledged: { offset: number; number: number } | null;
  /** The number of the last commit sent; 0 before the first. */
  sent: number;
}

/**
 * The state of a newly assigned partition, for a process that held it before:
 * - `kept`: nobody else has committed since; what is in flight and finished here stands. So it does where kafkajs wiped the
 *   commit, which says nothing about this process' place in the log
 * - `moved_on`: another process has; begin from the commit. Records that this process has finished stay finished
 * - `reset`: the commit is gone or went back, by an operator or because the topic was made anew. Begin from the commit and
 *   forget all else: the same offsets may be other records now, or be wanted again
 */
export type JoinDecision = 'kept' | 'moved_on' | 'reset';

/** Decides from the group's present commit. */
export function judgeJoin(processId: string, known: CommitHistory, commit: GroupCommit): JoinDecision {
  if (commit === 'wiped') return 'kept';
  const map = commit && decodeOffsetMap(commit.offset, commit.metadata);
  if (map?.processId === processId) {
    // A commit whose answer was lost may have arrived: every number from the acknowledged one on is our last.
    if (map.commitNumber >= (known.acknowledged?.number ?? 1) && map.commitNumber <= known.sent)
      return 'kept';
  }
  const { acknowledged, startedFrom } = known;
  if (!acknowledged && isSame(startedFrom, commit)) return 'kept';
  const reached = acknowledged?.offset ?? startedFrom?.offset ?? 0;
  if (!commit) return acknowledged || startedFrom ? 'reset' : 'moved_on';
  return commit.offset < reached ? 'reset' : 'moved_on';
}

function isSame(one: Commit | null, other: Commit | null): boolean {
  if (!one || !other) return one === other;
  return one.offset === other.offset && one.metadata === other.metadata;
}
