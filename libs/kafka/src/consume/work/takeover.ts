import type { GroupCommit } from '../../client/cluster-reader.js';
import { decodeOffsetMap } from './offset-map.js';

/** What the group's commit says against records of a partition, for the process that begins with it. */
export interface Takeover {
  /** The suspects that the commit lists: their deaths by offset. */
  readonly suspects: ReadonlyMap<number, number>;
  /** The process that committed did not give the partition away: what it began in its last moment is in no commit. */
  readonly isUnclean: boolean;
}

/**
 * Decides from the group's commit who is suspect. Another process that did not give the partition away has died, or froze, or was
 * cut off: whatever it ran may be why. A record that was suspect before stays so until it ends, whoever committed. A commit that
 * never was, or is of a foreign tool, says nothing.
 */
export function judgeTakeover(processId: string, commit: GroupCommit): Takeover {
  const map = commit === null || commit === 'wiped' ? null : decodeOffsetMap(commit.offset, commit.metadata);
  const isUnclean = map !== null && map.processId !== processId && !map.orderly;
  const suspects = new Map<number, number>();
  for (const { offset, deaths } of map?.open ?? [])
    if (deaths !== undefined || isUnclean) suspects.set(offset, deaths ?? 0);
  return { suspects, isUnclean };
}
