/** What a worker picks its next delivery from: the request lanes of its queue, and the retries that have come due. */
export const pickLanes = ['high', 'normal', 'retry', 'low'] as const;
/** See {@link pickLanes}. */
export type PickLane = (typeof pickLanes)[number];

/**
 * Shares of the picks while every lane has work. A lane without work leaves its share to the others, so one that is alone
 * gets everything, and each lane's share while all are busy is its reserved minimum.
 */
export const laneShares: Readonly<Record<PickLane, number>> = { high: 16, normal: 4, retry: 4, low: 1 };

/**
 * Picks lanes by their shares, evenly spread: smooth weighted round robin, in which each lane that has work earns its share at
 * every pick, the richest is picked and pays what all have earned.
 */
export class LanePicker {
  private readonly credit: Record<PickLane, number> = { high: 0, normal: 0, retry: 0, low: 0 };

  /** The lane whose turn it is among those with work; undefined where none has any. */
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
