import type { ClusterReader, LogRange } from '../client/cluster-reader.js';
import type { TopicPartition } from '../client/record.js';

/** How a wanted offset relates to the offsets that the log has. */
export type OffsetRange =
  | { readonly kind: 'within' }
  /** It was deleted before it was read; the log begins at `start`. */
  | { readonly kind: 'deleted'; readonly start: number; readonly message: string }
  /** Every record in the log is later than all that was read: it is another log, and begins at `start`. */
  | { readonly kind: 'made_anew'; readonly start: number; readonly message: string }
  /**
   * The log was cut before it (after an unclean election), or made anew. It begins at `start`, and nothing at or after
   * `unread` was read.
   */
  | { readonly kind: 'cut'; readonly start: number; readonly unread: number; readonly what: string }
  /** No broker answers. */
  | { readonly kind: 'unknown' };

/** A wanted offset that the log does not have. */
export type MissingPlace = Extract<OffsetRange, { kind: 'deleted' | 'made_anew' | 'cut' }>;

/**
 * Looks up how a wanted offset relates to the log.
 * @param lastTime the latest time of all that was read below it, null where it is not known
 */
export async function lookUpRange(
  reader: ClusterReader,
  { topic, partition }: TopicPartition,
  wanted: number,
  lastTime: number | null,
): Promise<OffsetRange> {
  const [range] = await reader.rangesOf([{ topic, partition, lastTime }]).catch(() => [null]);
  return range ? judgeRange({ topic, partition }, wanted, range) : { kind: 'unknown' };
}

/**
 * Judges a wanted offset against what the log holds. A log whose records below that offset are later than all that was read
 * is not the log that was read, however long it has grown.
 */
export function judgeRange(
  { topic, partition }: TopicPartition,
  wanted: number,
  { start, end, after }: LogRange,
): OffsetRange {
  const place = `${topic}, partition ${partition},`;
  if (wanted < start) {
    const message =
      `Offsets ${wanted} to ${start - 1} of ${topic}, partition ${partition}, were deleted before they were read: ` +
      'find out what deleted them, and restore what is lost from its source';
    return { kind: 'deleted', start, message };
  }
  if (wanted <= end && (after === null || after >= wanted)) return { kind: 'within' };
  if (after !== null && after <= start) {
    const message =
      `${place} was made anew: it holds nothing of what was read up to offset ${wanted}. Reading begins at ${start}, its start; ` +
      'find out what became of the records that were not read';
    return { kind: 'made_anew', start, message };
  }
  const unread = Math.min(end, after ?? end);
  const what =
    `${place} was cut at ${unread}, before offset ${wanted} where reading should go on: the topic was made anew, or its log lost ` +
    'records that it had acknowledged';
  return { kind: 'cut', start, unread, what };
}
