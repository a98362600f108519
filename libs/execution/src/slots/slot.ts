/** How many slots are taken, and how many deliveries have given theirs back and not ended. */
export class SlotCounts {
  running = 0;
  unsettled = 0;

  /** @param onFewer called when one of the counts has gone down */
  constructor(readonly onFewer: () => void) {}
}

/** The slot of one delivery: taken → freed (its handler has ended) → ended. Steps back and repeats are ignored. */
export class Slot {
  private state: 'taken' | 'freed' | 'ended' = 'taken';

  constructor(private readonly counts: SlotCounts) {
    counts.running++;
  }

  get isTaken(): boolean {
    return this.state === 'taken';
  }

  /** Another handler may start. The delivery counts as unsettled until {@link end}. */
  free(): void {
    if (this.state !== 'taken') return;
    this.state = 'freed';
    this.counts.running--;
    this.counts.unsettled++;
    this.counts.onFewer();
  }

  /** The delivery is over, or waits without a slot. */
  end(): void {
    if (this.state === 'ended') return;
    if (this.state === 'taken') this.counts.running--;
    else this.counts.unsettled--;
    this.state = 'ended';
    this.counts.onFewer();
  }
}
