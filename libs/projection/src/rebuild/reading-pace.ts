import { partitionKey, type OffsetsByTopic } from '@jobstream/kafka';
import type { Offsets } from '@jobstream/sink';

/** How much of a log is read, as {@link ReadingPace} saw it last. */
export interface SeenRecords {
  readonly done: number;
  readonly total: number;
  /** All partitions are held. */
  readonly isWhole: boolean;
}

/** How far reading a log has come, and how fast it goes. */
export class ReadingPace {
  private readonly marks: { readonly at: number; readonly done: number }[] = [];
  private done = 0;

  /** @param windowMs time over which the rate is taken */
  constructor(private readonly windowMs = 10_000) {}

  /** Records between the log's starts and its ends, and how many of them are read. */
  look(starts: OffsetsByTopic, ends: OffsetsByTopic, positions: Offsets): SeenRecords {
    let done = 0;
    let total = 0;
    let isWhole = true;
    for (const [topic, offsets] of ends)
      offsets.forEach((end, partition) => {
        const start = starts.get(topic)?.[partition] ?? 0;
        const held = positions.get(partitionKey({ topic, partition }));
        const position = held ?? start;
        isWhole &&= held !== undefined;
        total += Math.max(0, end - start);
        done += Math.min(Math.max(0, position - start), Math.max(0, end - start));
      });
    this.done = done;
    return { done, total, isWhole };
  }

  /** Records a second since the window's first look; null at the first. */
  perSecond(now: number): number | null {
    this.marks.push({ at: now, done: this.done });
    while (this.marks.length > 2 && this.marks[0]!.at < now - this.windowMs) this.marks.shift();
    const first = this.marks[0]!;
    return first.at === now ? null : Math.round(((this.done - first.done) / (now - first.at)) * 1_000);
  }
}
