import type { ClusterReader } from './cluster-reader.js';
import type { TopicPartition } from './record.js';

/** How a wanted offset lies to what the log has. */
export type OffsetRange =
  | { kind: 'within' }
  /** It was deleted before it was read; the log begins at `start`. */
  | { kind: 'deleted'; start: number; message: string }
  /** The log ends before it: made anew, or cut after an unclean election. */
  | { kind: 'beyond_end'; message: string }
  /** The brokers can't be asked. */
  | { kind: 'unknown' };

/** Looks where a wanted offset lies. */
export async function lookUpRange(
  reader: ClusterReader,
  { topic, partition }: TopicPartition,
  wanted: number,
): Promise<OffsetRange> {
  try {
    const [starts, ends] = await Promise.all([
      reader.offsetsAt([topic], 'start'),
      reader.offsetsAt([topic], 'end'),
    ]);
    const start = starts.get(topic)?.[partition];
    const end = ends.get(topic)?.[partition];
    return start === undefined || end === undefined
      ? { kind: 'unknown' }
      : judgeRange({ topic, partition }, wanted, start, end);
  } catch {
    return { kind: 'unknown' };
  }
}

/** Judges a wanted offset against the log's first offset and the one after its last. */
export function judgeRange(
  { topic, partition }: TopicPartition,
  wanted: number,
  start: number,
  end: number,
): OffsetRange {
  if (wanted < start) {
    const message =
      `Offsets ${wanted} to ${start - 1} of ${topic}, partition ${partition}, were deleted before they were read: ` +
      'find out what deleted them, and restore what is lost from its source';
    return { kind: 'deleted', start, message };
  }
  if (wanted > end) {
    const message =
      `${topic}, partition ${partition}, ends at ${end}, before offset ${wanted} where reading should go on: the topic was ` +
      "made anew or its log was cut. Reading stands still; stop the group's members and reset its offsets to go on";
    return { kind: 'beyond_end', message };
  }
  return { kind: 'within' };
}
