import { inTime } from '@jobstream/runtime';

const heartbeatMs = 250;
const retryMs = 250;

/**
 * Lets batches pass once the places of the present assignment are known. An assignment lasts from one join of the group to the
 * next, and is settled once it is known where each of its partitions begins. Batches wait until then; a batch that waited for an
 * assignment that is over is turned away.
 */
export class AssignmentGate {
  private number = 0;
  private settledNumber = 0;
  private isOpen = false;
  private settling: Promise<void> = Promise.resolve();

  /** Whether an assignment stands and is settled. */
  get isSettled(): boolean {
    return this.number > 0 && this.settledNumber === this.number;
  }

  /** Whether an assignment stands and is not settled yet. */
  get isSettling(): boolean {
    return this.isOpen && !this.isSettled;
  }

  /**
   * Begins an assignment, which ends the last. `settle` is repeated until it succeeds or the assignment is over. It never runs
   * beside that of an earlier assignment, whose late effects would undo its own.
   * @param settled called once it is settled
   */
  begin(settle: (isOver: () => boolean) => Promise<void>, settled: () => void = () => {}): void {
    const number = this.advance(true);
    const isOver = (): boolean => this.number !== number;
    this.settling = this.settling
      .then(() => this.persist(settle, isOver))
      .then(() => {
        if (isOver()) return;
        this.settledNumber = number;
        settled();
      });
  }

  /** Ends the assignment without a next one. */
  end(): void {
    this.advance(false);
  }

  /**
   * Waits until the present assignment is settled; false when it ended meanwhile. `heartbeat` is called while waiting, since
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
