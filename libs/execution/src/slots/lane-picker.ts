/** The lanes that a worker picks from: the request lanes of its queue, and the retries that are due. */
export const pickLanes = ['high', 'normal', 'retry', 'low'] as const;
export type PickLane = (typeof pickLanes)[number];

/**
 * Shares of the picks while every lane has work. A lane without work leaves its share to the others: a lane alone gets all picks,
 * and its share is the minimum that each lane is sure of.
 */
export const laneShares: Readonly<Record<PickLane, number>> = { high: 16, normal: 4, retry: 4, low: 1 };

/**
 * Picks lanes by their shares, evenly spread (smooth weighted round robin): at every pick each lane with work earns its share;
 * the richest lane is picked and pays the sum.
 */
export class LanePicker {
  private readonly credit: Record<PickLane, number> = { high: 0, normal: 0, retry: 0, low: 0 };

  /** The next lane among those with work; undefined when no lane has work. */
  next(hasWork: (lane: PickLane) => boolean): PickLane | undefined {
    let richest: PickLane | undefined;
    let earned = 0;
    for (const lane of pickLanes) {
      if (!hasWork(lane)) {
        this.credit[lane] = 0;
        continue;
      }
      earned += laneShares[lane];
      this.credit[lane] += laneShares[lane];
      if (richest === undefined || this.credit[lane] > this.credit[richest]) richest = lane;
    }
    if (richest !== undefined) this.credit[richest] -= earned;
    return richest;
  }
}
