import type { CommitHistory } from './join-decision.js';
import { OffsetRuns, type Run } from '../offset-runs.js';
import type { DeliveryOwner, WorkDelivery } from './work-delivery.js';

/** What was known of a partition when it was lost. */
interface Known {
  readonly finished: readonly Readonly<Run>[];
  /** Whether all of it was committed. */
  readonly isCommitted: boolean;
  readonly lastTime: number | null;
}

/**
 * What this process still knows of a partition it has lost: which records it has finished (their outcomes are in the log,
 * whoever holds the partition now) and which it still runs. If the partition comes back, neither runs a second time.
 */
export class PartitionMemory implements DeliveryOwner {
  private readonly finishedOffsets: OffsetRuns;
  private readonly runningByOffset: Map<number, WorkDelivery>;
  private committed: boolean;
  /** See `HeldPartition.lastTime`. */
  readonly lastTime: number | null;

  constructor(
    readonly history: CommitHistory,
    { finished, isCommitted, lastTime }: Known,
    running: readonly WorkDelivery[],
    /** ms since the epoch. */
    readonly since: number,
    /** One of the running has ended. */
    readonly ended: () => void,
  ) {
    this.finishedOffsets = new OffsetRuns(finished);
    this.committed = isCommitted;
    this.lastTime = lastTime;
    this.runningByOffset = new Map(running.map((delivery) => [delivery.record.offset, delivery]));
    for (const delivery of running) delivery.owner = this;
  }

  get finishedRuns(): readonly Readonly<Run>[] {
    return this.finishedOffsets.runs;
  }

  /** Whether the group knows of all that is finished, as far as this process has told it. */
  get isCommitted(): boolean {
    return this.committed;
  }

  get running(): ReadonlyMap<number, WorkDelivery> {
    return this.runningByOffset;
  }

  isCurrent(): boolean {
    return false;
  }

  mayBegin(): boolean {
    return false;
  }

  began(): void {}

  attemptsNoted(): void {}

  finished({ record: { offset } }: WorkDelivery): void {
    this.runningByOffset.delete(offset);
    this.finishedOffsets.add(offset, offset + 1);
    this.committed = false;
    this.ended();
  }

  abandoned({ record: { offset } }: WorkDelivery): void {
    this.runningByOffset.delete(offset);
    this.ended();
  }
}

/** The owner of deliveries that belong nowhere any more: handed over, not begun, and their partition lost. */
export const NOBODY: DeliveryOwner = {
  isCurrent: () => false,
  mayBegin: () => false,
  began: () => {},
  attemptsNoted: () => {},
  finished: () => {},
  abandoned: () => {},
};
