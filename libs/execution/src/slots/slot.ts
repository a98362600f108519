/** The slots that are taken, and the deliveries that have freed theirs and not ended. */
export class SlotCounts {
  running = 0;
  unsettled = 0;

  /** @param onFewer called after a count has gone down */
  constructor(readonly onFewer: () => void) {}
}

/** The slot of one delivery. States: taken → freed (its handler has ended) → ended. A repeated step has no effect. */
export class Slot {
  private state: 'taken' | 'freed' | 'ended' = 'taken';

  constructor(private readonly counts: SlotCounts) {
    counts.running++;
  }

  get isTaken(): boolean {
    return this.state === 'taken';
  }

  /** Lets another handler start. The delivery counts as unsettled until {@link end}. */
  free(): void {
    if (this.state !== 'taken') return;
    this.state = 'freed';
    this.counts.running--;
    this.counts.unsettled++;
    this.counts.onFewer();
  }

  /** The delivery has ended, or waits without a slot. */
  end(): void {
    if (this.state === 'ended') return;
    if (this.state === 'taken') this.counts.running--;
    else this.counts.unsettled--;
    this.state = 'ended';
    this.counts.onFewer();
  }
}
