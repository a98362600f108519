import { parseDuration, type Duration } from './duration.js';

/** Thrown by a handler when no retry can help: the job is dead-lettered at once as `non_retryable`. */
export class NonRetryableError extends Error {
  override readonly name = 'NonRetryableError';
  readonly code: string;
  readonly retryable = false;

  /** @param options.code a short word for filters and alarms, default `non_retryable` */
  constructor(message: string, options: ErrorOptions & { readonly code?: string } = {}) {
    super(message, options);
    this.code = options.code ?? 'non_retryable';
  }
}

/**
 * Thrown by a handler that knows when to try again. The next attempt, if one is left, starts no earlier than `delay` from now (ten
 * years at most), whatever the ladder says. The job waits on the shortest retry lane that is long enough; if none is, the
 * scheduler holds it. A job with an ordering key waits in its worker; it is dead-lettered as `exhausted` if all its waits together
 * would exceed 15 minutes.
 */
export class RetryAfterError extends Error {
  override readonly name = 'RetryAfterError';
  readonly delayMs: number;
  readonly code: string;

  /**
   * @param delay e.g. `'10m'`
   * @param options.code a short word for filters and alarms, default `retry_after`
   * @throws RangeError when the delay is not a duration
   */
  constructor(
    delay: Duration,
    message = `Try again in ${delay}.`,
    options: ErrorOptions & { readonly code?: string } = {},
  ) {
    super(message, options);
    this.delayMs = parseDuration(delay);
    this.code = options.code ?? 'retry_after';
  }
}
