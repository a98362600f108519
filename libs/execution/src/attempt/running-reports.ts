/** Maximum of a progress value, as JSON. */
export const maxProgressBytes = 16 * 1_024;
/** An attempt that ends sooner is not reported; its outcome tells of it. */
const silenceMs = 100;
/** Time between two reports of one attempt. */
const intervalMs = 250;

/** A report; without progress it says that the attempt has started. */
export type RunningReport = { readonly progress: unknown } | undefined;

/** Takes what a handler reports. */
export interface ProgressReports {
  /** @throws RangeError when it is too large, TypeError when it is no JSON */
  report(progress: unknown): void;
  /** Nothing that is reported from now on counts. */
  end(): void;
}

/**
 * The reports of one running attempt: one after 100 ms that it has started, then its newest progress, at most every 250 ms. They are
 * hints: a report that fails is not sent again, and the next one waits until the last is answered.
 */
export class RunningReports implements ProgressReports {
  /** Set before the first report, while one is under way, and until the next is allowed. */
  private timer: NodeJS.Timeout | undefined;
  private pending: RunningReport;
  private ended = false;

  constructor(private readonly send: (report: RunningReport) => Promise<unknown>) {
    this.timer = setTimeout(() => void this.deliver(), silenceMs);
  }

  report(progress: unknown): void {
    if (this.ended) return;
    this.pending = { progress: copyOfProgress(progress) };
    this.timer ??= setTimeout(() => void this.deliver(), 0);
  }

  end(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  private async deliver(): Promise<void> {
    do {
      const report = this.pending;
      this.pending = undefined;
      const answered = this.send(report).catch(() => undefined);
      await new Promise((resolve) => (this.timer = setTimeout(resolve, intervalMs)));
      await answered;
    } while (this.pending !== undefined && !this.ended);
    this.timer = undefined;
  }
}

/**
 * A copy of the value as it is now: later changes by the handler do not count.
 * @throws RangeError when it is too large, TypeError when it is no JSON
 */
export function copyOfProgress(progress: unknown): unknown {
  const json = JSON.stringify(progress) as string | undefined;
  if (json === undefined) throw new TypeError(`Progress must be JSON, not ${typeof progress}.`);
  const bytes = Buffer.byteLength(json);
  if (bytes > maxProgressBytes) {
    throw new RangeError(`Progress takes ${bytes} bytes as JSON, ${maxProgressBytes} are allowed.`);
  }
  return JSON.parse(json);
}
