import type { OffsetsByTopic } from '@jobstream/kafka';
import type { LaneState } from './queue-states.js';

/** The first offset of each partition that was appended at or after a time (milliseconds since 1970). */
export type OffsetsAt = (topics: readonly string[], time: number) => Promise<OffsetsByTopic>;

const minStepMs = 500;
const minStepShare = 0.05;

/**
 * The age of the oldest unfinished request of these lanes, in milliseconds; null when all are finished. Kafka finds offsets by
 * time, not times by offset. So this searches for the time, from where it was last in growing steps, then by halving, to half a second
 * or 5 %.
 * @param now the broker's time
 * @param near what it was when it was asked for last, 0 if it was not: near it two questions do
 */
export async function ageOfOldest(
  lanes: readonly LaneState[],
  now: number,
  offsetsAt: OffsetsAt,
  near = 0,
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
  let [younger, older] = await boundsNear(near, now, isOlderThan);
  while (older - younger > exactTo(older)) {
    const middle = (younger + older) / 2;
    if (await isOlderThan(middle)) younger = middle;
    else older = middle;
  }
  return (younger + older) / 2;
}

/** Two ages between which the age is. */
async function boundsNear(
  near: number,
  now: number,
  isOlderThan: (ageMs: number) => Promise<boolean>,
): Promise<[younger: number, older: number]> {
  let step = exactTo(near);
  let younger = Math.max(near - step / 2, 0);
  let older = younger + step;
  if (younger > 0 && !(await isOlderThan(younger))) {
    do {
      older = younger;
      step *= 4;
      younger = Math.max(older - step, 0);
    } while (younger > 0 && !(await isOlderThan(younger)));
    return [younger, older];
  }
  while (older < now && (await isOlderThan(older))) {
    younger = older;
    step *= 4;
    older += step;
  }
  return [younger, older];
}

function exactTo(ageMs: number): number {
  return Math.max(minStepMs, ageMs * minStepShare);
}
