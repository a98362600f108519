import type { EndOffsets, LogEnds, ProjectionProgress } from '@jobstream/projection';
import { inTime } from '@jobstream/runtime';

export interface CatchUpOptions {
  readonly ends: Pick<LogEnds, 'now'>;
  readonly progress: Pick<ProjectionProgress, 'waitUntilPassed'>;
}

/** How long a read waits for the projection. */
export const projectionPatienceMs = 2_000;
/** What is read from rows needs no Kafka: a broker that is away is not waited for. */
const brokerPatienceMs = 1_000;

/**
 * Lets reads see what the log held when they began: another process may have shown that already, from the log. All who
 * wait share their questions. Where waiting is known to be in vain nobody waits.
 */
export class CatchUp {
  /** Where the log ended when the projection was waited for in vain. */
  private missed: EndOffsets | undefined;
  /** Whether the broker owes an answer. */
  private isBrokerLate = false;

  constructor(private readonly options: CatchUpOptions) {}

  /**
   * Whether the projection has what the log held when this was called; at the latest after 2 s. False at once while
   * the broker does not answer, or the projection does not have what it was waited for before. Never rejects.
   */
  async reach(): Promise<boolean> {
    if (this.isBrokerLate || !(await this.hasCaughtUp())) return false;
    const ends = await this.askEnds();
    if (ends === undefined) return false;
    const isReached = await this.pass(ends, projectionPatienceMs);
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
    const ends = await inTime(asked, brokerPatienceMs);
    this.isBrokerLate = !isAnswered;
    return ends;
  }

  private pass(ends: EndOffsets, patienceMs: number): Promise<boolean> {
    return this.options.progress.waitUntilPassed(ends, patienceMs).catch(() => false);
  }
}
