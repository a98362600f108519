import type { CommitHistory } from './join-decision.js';
import { OffsetRuns, type Run } from './offset-runs.js';
import type { DeliveryKeeper, WorkDelivery } from './work-delivery.js';

/** The state of a partition when it was lost. */
interface StateAtLoss {
  readonly finished: readonly Readonly<Run>[];
  /** Whether all of it was committed. */
  readonly isCommitted: boolean;
  readonly lastTime: number | null;
}

/**
 * What this process still knows of a partition that it has lost: which records it has finished (their outcomes are in the
 * log, whoever holds the partition now) and which it still runs. If the partition comes back, neither runs a second time.
 */
export class LostPartition implements DeliveryKeeper {
  private readonly finishedOffsets: OffsetRuns;
  private readonly runningByOffset: Map<number, WorkDelivery>;
  private committed: boolean;
  /** See `HeldPartition.lastTime`. */
  readonly lastTime: number | null;

  constructor(
    readonly history: CommitHistory,
    { finished, isCommitted, lastTime }: StateAtLoss,
    running: readonly WorkDelivery[],
    /** When it was lost, in milliseconds since 1970. */
    readonly since: number,
    /** Called when one of the running records has ended. */
    private readonly onEnded: () => void,
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

  /** The offset after the highest that it has finished or runs; 0 for none. */
  get reached(): number {
    const finished = this.finishedOffsets.runs.at(-1)?.to ?? 0;
    return Math.max(finished, ...[...this.runningByOffset.keys()].map((offset) => offset + 1));
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

  suspicionOf(): undefined {
    return undefined;
  }

  async deathsNoted(): Promise<void> {}

  finished({ record: { offset } }: WorkDelivery): void {
    this.runningByOffset.delete(offset);
    this.finishedOffsets.add(offset, offset + 1);
    this.committed = false;
    this.onEnded();
  }

  abandoned({ record: { offset } }: WorkDelivery): void {
    this.runningByOffset.delete(offset);
    this.onEnded();
  }
}

/** The owner of deliveries that were handed over and had not begun when their partition was lost. */
export const nobody: DeliveryKeeper = {
  isCurrent: () => false,
  mayBegin: () => false,
  began: () => {},
  attemptsNoted: () => {},
  suspicionOf: () => undefined,
  deathsNoted: async () => {},
  finished: () => {},
  abandoned: () => {},
};
