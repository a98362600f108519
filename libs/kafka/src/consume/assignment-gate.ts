import { inTime } from '@jobstream/runtime';

const heartbeatMs = 250;
const retryMs = 250;

/**
 * The time between two joins of a group. An epoch is settled once it is known what the member begins with; what is
 * read before waits, and what was read for an epoch that is over goes nowhere.
 */
export class AssignmentGate {
  private number = 0;
  private settledNumber = 0;
  private isOpen = false;
  private settling: Promise<void> = Promise.resolve();

  /** Whether there is an epoch and it is settled. */
  get isSettled(): boolean {
    return this.number > 0 && this.settledNumber === this.number;
  }

  /** Whether there is an epoch and it is not settled yet. */
  get isSettling(): boolean {
    return this.isOpen && !this.isSettled;
  }

  /**
   * Begins an epoch, ending the last. `settle` is repeated until it succeeds or the epoch is over. It never runs beside that
   * of an earlier epoch, whose late effects would otherwise undo its own.
   */
  begin(settle: (isOver: () => boolean) => Promise<void>): void {
    const number = this.advance(true);
    const isOver = (): boolean => this.number !== number;
    this.settling = this.settling
      .then(() => this.persist(settle, isOver))
      .then(() => {
        if (!isOver()) this.settledNumber = number;
      });
  }

  /** Ends the epoch without a next one. */
  end(): void {
    this.advance(false);
  }

  /**
   * Waits until the present epoch is settled; false when it ended meanwhile. `heartbeat` is called while waiting, since
   * kafkajs sends none during that time; what it throws (a rebalance) is for kafkajs.
   */
  async settled(heartbeat: () => Promise<void>): Promise<boolean> {
    const number = this.number;
    while (this.number === number && !this.isSettled) {
      await inTime(this.settling, heartbeatMs);
      if (this.isSettled) break;
      await heartbeat();
    }
    return this.number === number;
  }

  private advance(isOpen: boolean): number {
    this.isOpen = isOpen;
    this.number += 1;
    return this.number;
  }

  private async persist(
    settle: (isOver: () => boolean) => Promise<void>,
    isOver: () => boolean,
  ): Promise<void> {
    while (!isOver()) {
      try {
        return await settle(isOver);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, retryMs)); // Kafka is away: the reader has logged it
      }
    }
  }
}
