import type { OffsetsByTopic } from '@jobstream/kafka';
import type { LaneState } from './queue-states.js';

/** The first offset of each partition that was appended at or after a time (milliseconds since 1970). */
export type OffsetsAt = (topics: readonly string[], time: number) => Promise<OffsetsByTopic>;

const minStepMs = 500;
const minStepShare = 0.05;

/**
 * The age of the oldest unfinished request of these lanes, in milliseconds; null when all are finished. Kafka finds offsets by
 * time, not times by offset. So this searches for the time, first in growing steps, then by halving, to half a second or 5 %.
 * @param now the broker's time
 */
export async function ageOfOldest(
  lanes: readonly LaneState[],
  now: number,
  offsetsAt: OffsetsAt,
): Promise<number | null> {
  const waiting = lanes.filter(({ committed, ends }) => committed.some((next, at) => next < ends[at]!));
  if (waiting.length === 0) return null;
  const topics = waiting.map(({ topic }) => topic);
  const isOlderThan = async (ageMs: number) => {
    const offsets = await offsetsAt(topics, now - ageMs);
    return waiting.some(({ topic, committed, ends }) =>
      committed.some((next, at) => next < ends[at]! && next < (offsets.get(topic)?.[at] ?? 0)),
    );
  };
  let younger = 0;
  let older = minStepMs;
  while (older < now && (await isOlderThan(older))) {
    younger = older;
    older *= 4;
  }
  while (older - younger > Math.max(minStepMs, older * minStepShare)) {
    const middle = (younger + older) / 2;
    if (await isOlderThan(middle)) younger = middle;
    else older = middle;
  }
  return (younger + older) / 2;
}
