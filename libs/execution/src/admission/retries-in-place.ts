import { retryDelay } from '@jobstream/lifecycle';
import type { Clock } from '@jobstream/runtime';
import { ladderOf, type Handlers } from '../handlers/handlers.js';
import type { EndedAttempt } from '../outcome/outcome-records.js';
import type { StartableJob } from './startable-job.js';
import type { Stay } from './stay.js';

/** Has ordered jobs wait for their next attempt where they are, with their key and without a slot. */
export class RetriesInPlace {
  /** @param clock the broker's time */
  constructor(
    private readonly handlers: Handlers,
    private readonly clock: Clock,
  ) {}

  /** Whether an earlier process has used attempts of the record in place. */
  concern({ delivery }: Stay): boolean {
    return delivery.attemptsUsed > 0;
  }

  /**
   * Waits for the attempt after those that were used. When it was due went with the process that used them: the whole delay is
   * waited again rather than cut short. What was waited before counts by the ladder.
   * @throws DeliveryLost
   */
  async resume(stay: Stay, job: StartableJob): Promise<StartableJob> {
    // Anyone may commit for the group: what a commit says brings no job beyond its last attempt.
    const last = Math.max(job.attempt, job.request.maxAttempts);
    const attempt = Math.min(job.attempt + stay.delivery.attemptsUsed, last);
    const backoffMs = ladderOf(this.handlers, job.request.type);
    const delayMs = retryDelay(backoffMs, attempt - 1);
    stay.waitedInPlaceMs = delaysBetween(backoffMs, job.attempt, attempt) + delayMs;
    await stay.waitUntil(this.clock.now() + delayMs);
    return { ...job, attempt };
  }

  /** Waits for the attempt after one that has ended, which is due after `delayMs`. @throws DeliveryLost */
  async next(stay: Stay, { job, dueAt }: EndedAttempt, delayMs: number): Promise<StartableJob> {
    stay.waitedInPlaceMs += delayMs;
    stay.delivery.noteAttempts(job.attempt - stay.job!.attempt + 1);
    await stay.waitUntil(dueAt!);
    return { ...job, attempt: job.attempt + 1 };
  }
}

/** What the ladder has had a job wait between these attempts. */
function delaysBetween(backoffMs: readonly number[], first: number, last: number): number {
  let sum = 0;
  for (let failed = first; failed < last; failed++) sum += retryDelay(backoffMs, failed);
  return sum;
}
