import { retryDelay } from '@jobstream/lifecycle';
import type { Clock } from '@jobstream/runtime';
import { ladderOf, type Handlers } from '../handlers/handlers.js';
import type { EndedAttempt } from '../outcome/outcome-records.js';
import type { StartableJob } from './startable-job.js';
import type { Stay } from './stay.js';

/** Retries of jobs with an ordering key: they wait for their next attempt in this worker, with their key and without a slot. */
export class RetriesInPlace {
  /** @param clock the broker's time */
  constructor(
    private readonly handlers: Handlers,
    private readonly clock: Clock,
  ) {}

  /** Whether an earlier process has made attempts of this record in place. */
  hasUsedAttempts({ delivery }: Stay): boolean {
    return delivery.attemptsUsed > 0;
  }

  /**
   * Waits for the attempt after those that an earlier process has made. Only that process knew when it is due, so the whole delay
   * is waited again. The waits before count as the ladder says.
   * @throws DeliveryLost
   */
  async resume(stay: Stay, job: StartableJob): Promise<StartableJob> {
    // The number comes from a commit, which anyone may write for the group: it brings no job beyond its last attempt.
    const last = Math.max(job.attempt, job.request.maxAttempts);
    const attempt = Math.min(job.attempt + stay.delivery.attemptsUsed, last);
    const backoffMs = ladderOf(this.handlers, job.request.type);
    const delayMs = retryDelay(backoffMs, attempt - 1);
    stay.waitedInPlaceMs = delaysBetween(backoffMs, job.attempt, attempt) + delayMs;
    await stay.waitUntil(this.clock.now() + delayMs);
    return { ...job, attempt };
  }

  /** Waits `delayMs` for the attempt after one that has ended. @throws DeliveryLost */
  async awaitNext(stay: Stay, { job, dueAt }: EndedAttempt, delayMs: number): Promise<StartableJob> {
    stay.waitedInPlaceMs += delayMs;
    stay.delivery.noteAttempts(job.attempt - stay.job!.attempt + 1);
    await stay.waitUntil(dueAt!);
    return { ...job, attempt: job.attempt + 1 };
  }
}

/** The delays of the ladder between these attempts, together. */
function delaysBetween(backoffMs: readonly number[], first: number, last: number): number {
  let sum = 0;
  for (let failed = first; failed < last; failed++) sum += retryDelay(backoffMs, failed);
  return sum;
}
