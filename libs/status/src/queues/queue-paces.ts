import type { LaneState, QueueStatesAt } from './queue-states.js';

/** Two looks must be this far apart to tell a pace. */
const minSpanMs = 2_000;
/** Looks further back tell nothing any more. */
const maxAgeMs = 600_000;
const maxLooks = 64;

/** How long a count of records took: half of the times at most `p50`, nine tenths at most `p90`, in seconds. */
export interface Pace {
  readonly p50: number;
  readonly p90: number;
}

/** A time in which a partition had work, and the records that were finished in it. */
interface Step {
  readonly ms: number;
  readonly finished: number;
}

/** How fast queues went in the last ten minutes, as far as anybody looked at them. Keeps at most 64 looks. */
export class QueuePaces {
  /** Oldest first. */
  private looks: QueueStatesAt[] = [];

  /** Takes a look; those that come sooner than two seconds after another one replace nothing and are left out. */
  note(look: QueueStatesAt): void {
    const last = this.looks.at(-1);
    if (last !== undefined && look.readAt - last.readAt < minSpanMs) return;
    const kept = this.looks.filter(({ readAt }) => look.readAt - readAt <= maxAgeMs);
    this.looks = [...(kept.length < maxLooks ? kept : kept.filter((_, at) => at % 2 === 0)), look];
  }

  /**
   * The time in which a partition of a queue finishes so many records, by what it finished from each look on: where that was less,
   * it is extended by the mean. Times without work do not count. Undefined where nothing was seen to be finished.
   */
  of(queue: string, topic: string, partition: number, count: number): Pace | undefined {
    const at = this.looks.map(({ readAt, queues }) => ({
      readAt,
      lane: queues.get(queue)?.lanes.find((lane) => lane.topic === topic),
    }));
    const steps = at.slice(1).flatMap(({ readAt, lane }, nth): Step[] => {
      const before = at[nth]!;
      return stepOf(before.lane, lane, partition, readAt - before.readAt);
    });
    const finished = steps.reduce((sum, step) => sum + step.finished, 0);
    if (finished === 0) return undefined;
    const msEach = steps.reduce((sum, step) => sum + step.ms, 0) / finished;
    const times = steps.map((_, from) => timeFrom(steps.slice(from), count, msEach)).sort((a, b) => a - b);
    const quantile = (share: number) => secondsOf(times[Math.ceil(times.length * share) - 1]!);
    return { p50: quantile(0.5), p90: quantile(0.9) };
  }
}

/** None without work at its beginning, and none over a topic that was made anew. */
function stepOf(
  before: LaneState | undefined,
  after: LaneState | undefined,
  partition: number,
  ms: number,
): Step[] {
  const from = before?.committed[partition];
  const to = after?.committed[partition];
  if (from === undefined || to === undefined || to < from) return [];
  return from < before!.ends[partition]! || to > from ? [{ ms, finished: to - from }] : [];
}

function timeFrom(steps: readonly Step[], count: number, msEach: number): number {
  let left = count;
  let ms = 0;
  for (const step of steps) {
    if (step.finished >= left) return ms + (step.ms * left) / step.finished;
    left -= step.finished;
    ms += step.ms;
  }
  return ms + left * msEach;
}

function secondsOf(ms: number): number {
  return Math.round(ms / 100) / 10;
}
