import type { EndOffsets, LogEnds, ProjectionProgress } from '@jobstream/projection';
import { inTime } from '@jobstream/runtime';

export interface CatchUpOptions {
  readonly ends: Pick<LogEnds, 'now'>;
  readonly progress: Pick<ProjectionProgress, 'waitUntilPassed'>;
}

/** A read waits no longer than this for the projection. */
export const maxProjectionWaitMs = 2_000;
/** A read of rows waits no longer than this for the broker: it can do without. */
const maxBrokerWaitMs = 1_000;

/**
 * Lets reads see all that the log held when they began: another process may have shown it from the log already. Reads that wait
 * share their questions. A read does not wait when it is known to be in vain.
 */
export class CatchUp {
  /** The ends of the log at the last wait that was in vain. */
  private missed: EndOffsets | undefined;
  /** Whether the broker has not answered in time, and still owes the answer. */
  private isBrokerLate = false;

  constructor(private readonly options: CatchUpOptions) {}

  /**
   * Waits, for 2 s at most, until the projection has all that the log held at this call. False at once while the broker does not
   * answer, or while the projection has not reached the ends of an earlier wait. Never rejects.
   */
  async reach(): Promise<boolean> {
    if (this.isBrokerLate || !(await this.hasCaughtUp())) return false;
    const ends = await this.askEnds();
    if (ends === undefined) return false;
    const isReached = await this.pass(ends, maxProjectionWaitMs);
    if (!isReached) this.missed = ends;
    return isReached;
  }

  private async hasCaughtUp(): Promise<boolean> {
    const { missed } = this;
    if (missed === undefined) return true;
    if (!(await this.pass(missed, 0))) return false;
    if (this.missed === missed) this.missed = undefined;
    return true;
  }

  private async askEnds(): Promise<EndOffsets | undefined> {
    let isAnswered = false;
    const asked = this.options.ends
      .now()
      .catch(() => undefined)
      .finally(() => {
        isAnswered = true;
        this.isBrokerLate = false;
      });
    const ends = await inTime(asked, maxBrokerWaitMs);
    this.isBrokerLate = !isAnswered;
    return ends;
  }

  private pass(ends: EndOffsets, maxWaitMs: number): Promise<boolean> {
    return this.options.progress.waitUntilPassed(ends, maxWaitMs).catch(() => false);
  }
}
