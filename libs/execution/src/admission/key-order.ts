import type { Delivery } from '@jobstream/kafka';

interface Line {
  /** Whose turn it is: it runs, waits in place for its next attempt, or is about to start. */
  holder: Delivery;
  readonly waiting: Delivery[];
}

/** The lines of jobs that share an ordering key: one at a time holds the key, the others wait in the order they came. */
export class KeyOrder {
  private readonly lines = new Map<string, Line>();

  /**
   * Takes the key for a delivery, or queues it behind whoever holds it.
   * @returns whether it is its turn
   */
  take(key: string, delivery: Delivery): boolean {
    const line = this.lines.get(key);
    if (line === undefined) {
      this.lines.set(key, { holder: delivery, waiting: [] });
      return true;
    }
    if (line.holder === delivery) return true;
    line.waiting.push(delivery);
    return false;
  }

  /** Passes the key on. @returns whose turn it is now; undefined where nobody waits */
  passOn(key: string): Delivery | undefined {
    const line = this.lines.get(key);
    if (line === undefined) return undefined;
    let next = line.waiting.shift();
    while (next !== undefined && !next.isCurrent()) next = line.waiting.shift();
    if (next === undefined) this.lines.delete(key);
    else line.holder = next;
    return next;
  }

  /** The record of the holder was handed over again: its new delivery keeps the turn, so that nobody behind it overtakes. */
  keep(key: string, again: Delivery): void {
    const line = this.lines.get(key);
    if (line !== undefined) line.holder = again;
  }

  /** Frees the key. @returns those that waited for it, in their order */
  disperse(key: string): readonly Delivery[] {
    const waiting = this.lines.get(key)?.waiting ?? [];
    this.lines.delete(key);
    return waiting.filter((delivery) => delivery.isCurrent());
  }

  /** Forgets the waiting deliveries of partitions that are no longer held. */
  dropLost(): void {
    for (const { waiting } of this.lines.values()) {
      const held = waiting.filter((delivery) => delivery.isCurrent());
      waiting.splice(0, waiting.length, ...held);
    }
  }
}
