import type { PastFrame, QueueFrame, QueueTotals, QueueView } from '@jobstream/contracts/rest';

/** A queue as a frame shows it. */
export function frameOf({ lanes, limits: _, ...view }: QueueView): QueueFrame {
  const requests = lanes.filter(({ lane }) => !isRetryLane(lane));
  const retries = lanes.filter(({ lane }) => isRetryLane(lane));
  const totals: QueueTotals = {
    came: sumOf(requests, 'end'),
    finished: sumOf(requests, 'committed'),
    retried: sumOf(retries, 'end'),
    deadLettered: view.deadLetters,
  };
  return { ...view, backlog: requests.reduce((sum, { lag }) => sum + lag, 0), totals };
}

function isRetryLane(lane: string): boolean {
  return lane.startsWith('retry.');
}

function sumOf(lanes: QueueView['lanes'], field: 'end' | 'committed'): number {
  return lanes
    .flatMap(({ partitions }) => partitions)
    .reduce((sum, partition) => sum + Math.max(partition[field], 0), 0);
}

/** What is kept of the frames of fifteen minutes: one in ten seconds. */
export class FramePast {
  private readonly kept: { readonly at: number; readonly queues: PastFrame['queues'] }[] = [];

  /** @param everyMs between two that are kept */
  constructor(
    private readonly everyMs = 10_000,
    private readonly most = 90,
  ) {}

  /** @param at by a steady clock, in milliseconds */
  note(at: number, queues: readonly QueueFrame[]): void {
    const last = this.kept.at(-1);
    if (last && at - last.at < this.everyMs) return;
    this.kept.push({ at, queues: queues.map(({ queue, totals }) => ({ queue, totals })) });
    if (this.kept.length > this.most) this.kept.shift();
  }

  /** The oldest first. What is older than the time that is kept, because nobody watched meanwhile, is left out. */
  read(at: number): PastFrame[] {
    const oldest = at - this.everyMs * this.most;
    return this.kept
      .filter((kept) => kept.at >= oldest)
      .map((kept) => ({ secondsAgo: Math.round(at - kept.at) / 1_000, queues: kept.queues }));
  }
}
