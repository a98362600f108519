import type { DrawnJob } from '@jobstream/intake';
import type { OutgoingRecord, RecordReceipt, SendOutcome } from '@jobstream/kafka';
import type { Health, Logger } from '@jobstream/runtime';

/** What {@link OutcomePublisher} takes. */
export interface OutcomePublisherOptions {
  readonly send: (record: OutgoingRecord) => Promise<RecordReceipt>;
  /** Appends the requests of jobs; outcomes in their order. */
  readonly produce: (jobs: readonly DrawnJob[]) => Promise<SendOutcome[]>;
  readonly logger: Logger;
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonic: () => number;
  /** From 0 to below 1; spreads the repetitions. */
  readonly random: () => number;
}

const firstPauseMs = 100;
const longestPauseMs = 5_000;
/** Outcomes that find no way to the log for so long make the worker unready. */
const patienceMs = 10_000;

/**
 * Writes outcomes until the log has acknowledged them. A repetition may put a record there twice; readers tolerate copies.
 */
export class OutcomePublisher {
  private stopped = false;
  /** Ends each pause that lasts. */
  private readonly pauses = new Set<() => void>();
  /** Since when no outcome was acknowledged although some failed. */
  private failingSince: number | undefined;
  private lastFailure = '';

  constructor(private readonly options: OutcomePublisherOptions) {}

  /**
   * Sends a record until it is acknowledged, at least once and then as long as `wanted` says so.
   * @returns whether it is acknowledged
   */
  publish(record: OutgoingRecord, wanted: () => boolean): Promise<boolean> {
    return this.repeat(() => this.options.send(record), wanted);
  }

  /**
   * Produces the requests of jobs, each until it is acknowledged.
   * @returns whether all are
   */
  publishJobs(jobs: readonly DrawnJob[]): Promise<boolean> {
    let left = jobs;
    return this.repeat(
      async () => {
        const outcomes = await this.options.produce(left);
        left = left.filter((_, index) => 'error' in outcomes[index]!);
        for (const outcome of outcomes) if ('error' in outcome) throw outcome.error;
      },
      () => true,
    );
  }

  private async repeat(send: () => Promise<unknown>, wanted: () => boolean): Promise<boolean> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      try {
        await send();
        this.noteSuccess();
        return true;
      } catch (error) {
        this.noteFailure(error);
      }
      if (this.stopped || !wanted()) return false;
      await this.pause(pauseMs);
      if (this.stopped || !wanted()) return false;
    }
  }

  /** Gives up what is not acknowledged. */
  stop(): void {
    this.stopped = true;
    for (const end of this.pauses) end();
  }

  health(): Health {
    if (this.failingSince === undefined) return { ok: true };
    const forMs = this.options.monotonic() - this.failingSince;
    const why = `No outcome was acknowledged for ${Math.round(forMs / 1_000)} s: ${this.lastFailure}`;
    return forMs > patienceMs ? { ok: false, why } : { ok: true, detail: why };
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms * (0.5 + this.options.random() / 2));
      this.pauses.add(end);
    });
  }

  private noteSuccess(): void {
    if (this.failingSince === undefined) return;
    this.failingSince = undefined;
    this.options.logger.info('outcomes are acknowledged again');
  }

  private noteFailure(error: unknown): void {
    this.lastFailure = error instanceof Error ? error.message : String(error);
    if (this.failingSince !== undefined) return;
    this.failingSince = this.options.monotonic();
    this.options.logger.warn({ err: error }, 'an outcome is not acknowledged, it is sent again');
  }
}
