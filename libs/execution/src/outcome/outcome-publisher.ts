import type { DrawnJob } from '@jobstream/intake';
import type { OutgoingRecord, RecordReceipt, SendOutcome, TroubleScope } from '@jobstream/kafka';
import type { Health, Logger } from '@jobstream/runtime';

export interface OutcomePublisherOptions {
  readonly send: (record: OutgoingRecord) => Promise<RecordReceipt>;
  /** Appends the requests of jobs; the results are in their order. */
  readonly produce: (jobs: readonly DrawnJob[]) => Promise<SendOutcome[]>;
  readonly logger: Logger;
  /** Monotonic, in milliseconds. */
  readonly monotonic: () => number;
  /** Gets the number of refused outcomes, at each change of it. */
  readonly onRefused: (count: number) => void;
  /** From 0 to below 1: spreads the retries. */
  readonly random: () => number;
}

const firstPauseMs = 100;
const maxPauseMs = 5_000;
/** After this time without an acknowledgement the worker is not ready. */
const unreadyAfterMs = 10_000;
/** Bounds of the refused outcomes that hold up no other. One beyond them counts like any unsettled outcome. */
const maxRefused = 10_000;
const maxRefusedBytes = 64 * 1024 * 1024;

/**
 * Sends outcomes until the log has acknowledged them. A record may be in the log twice then; readers tolerate copies.
 *
 * In an outage no outcome is acknowledged: all wait, and the worker starts no more than its bound of unsettled outcomes allows. An
 * outcome that its own topic or partition refuses is sent again like the others, but does not count against that
 * bound.
 */
export class OutcomePublisher {
  private stopped = false;
  /** The functions that end the pauses under way. */
  private readonly pauses = new Set<() => void>();
  /** Since when outcomes fail and none is acknowledged; undefined otherwise. */
  private failingSince: number | undefined;
  private lastFailure = '';
  private readonly refused = new Map<symbol, number>();
  private refusedBytes = 0;

  constructor(private readonly options: OutcomePublisherOptions) {}

  /**
   * Sends a record until it is acknowledged, at least once and then as long as `wanted` says so.
   * @returns whether it is acknowledged
   */
  publish(record: OutgoingRecord, wanted: () => boolean): Promise<boolean> {
    return this.repeat(() => this.options.send(record), wanted, record.value?.length ?? 0);
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
        throwWorst(outcomes);
      },
      () => true,
      jobs.reduce((bytes, { record }) => bytes + record.value.length, 0),
    );
  }

  private async repeat(send: () => Promise<unknown>, wanted: () => boolean, bytes: number): Promise<boolean> {
    const outcome = Symbol();
    try {
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, maxPauseMs)) {
        try {
          await send();
          this.noteSuccess();
          return true;
        } catch (error) {
          if (isOutage(error)) this.noteFailure(error);
          else this.noteRefused(outcome, bytes);
        }
        if (this.stopped || !wanted()) return false;
        await this.pause(pauseMs);
        if (this.stopped || !wanted()) return false;
      }
    } finally {
      this.forgetRefused(outcome);
    }
  }

  private noteRefused(outcome: symbol, bytes: number): void {
    if (this.refused.has(outcome)) return;
    if (this.refused.size >= maxRefused || this.refusedBytes + bytes > maxRefusedBytes) return;
    this.refused.set(outcome, bytes);
    this.refusedBytes += bytes;
    this.options.onRefused(this.refused.size);
  }

  private forgetRefused(outcome: symbol): void {
    const bytes = this.refused.get(outcome);
    if (bytes === undefined) return;
    this.refused.delete(outcome);
    this.refusedBytes -= bytes;
    this.options.onRefused(this.refused.size);
  }

  /** Gives up the outcomes that are not acknowledged. */
  stop(): void {
    this.stopped = true;
    for (const end of this.pauses) end();
  }

  health(): Health {
    if (this.failingSince === undefined) return { ok: true };
    const forMs = this.options.monotonic() - this.failingSince;
    const why = `No outcome was acknowledged for ${Math.round(forMs / 1_000)} s: ${this.lastFailure}`;
    return forMs > unreadyAfterMs ? { ok: false, why } : { ok: true, detail: why };
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
    this.options.logger.info('outcomes acknowledged again');
  }

  private noteFailure(error: unknown): void {
    this.lastFailure = error instanceof Error ? error.message : String(error);
    if (this.failingSince !== undefined) return;
    this.failingSince = this.options.monotonic();
    this.options.logger.warn({ err: error }, 'outcome not acknowledged: it is sent again');
  }
}

/** An outage counts before a refusal. */
function throwWorst(outcomes: readonly SendOutcome[]): void {
  const errors = outcomes.flatMap((outcome) => ('error' in outcome ? [outcome.error] : []));
  const worst = errors.find(isOutage) ?? errors[0];
  if (worst) throw worst;
}

function isOutage(error: unknown): boolean {
  const { scope = 'cluster' } = error as { scope?: TroubleScope };
  return scope === 'cluster';
}
