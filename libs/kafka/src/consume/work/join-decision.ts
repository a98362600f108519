import type { Commit, GroupCommit } from '../../client/cluster-reader.js';
import { decodeOffsetMap } from './offset-map.js';

/** What this process knows of its own commits for a partition. */
export interface CommitHistory {
  /** The group's commit when this process began with the partition. */
  startedFrom: Commit | null;
  /** The offset and number of the last commit known to have arrived; null before the first. */
  acknowledged: { offset: number; number: number } | null;
  /** The number of the last commit sent; 0 before the first. */
  sent: number;
}

/**
 * What a partition found assigned at a join is to a process that knows it:
 * - `kept`: nobody else has committed since; what is in flight and finished here stands. So it does where kafkajs wiped the
 *   commit, which says nothing about our place in the log
 * - `moved_on`: somebody else has; begin from the commit, and what this process knows to be finished stays finished
 * - `reset`: the commit is gone or went back, by an operator or because the topic was made anew; begin from the commit
 *   and forget all else, for the same offsets may now be other records or be wanted again
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
