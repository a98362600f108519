import { maxResultBytes } from '@jobstream/contracts';
import type { DeadLetterReason, JobError } from '@jobstream/contracts/records';
import { maxDelayMs } from '@jobstream/contracts/rest';
import { shorten } from './job-error.js';
import { describeCrash, type ProcessDeath } from './process-death.js';
import { laneFor, retryDelay } from './retry-policy.js';

/**
 * The time that a job with an ordering key may wait in place between the attempts of a run, all waits together. Meanwhile it holds
 * up its key, and the commit of its partition. A job that needs longer is dead-lettered, to be replayed when it can succeed.
 */
export const maxWaitInPlaceMs = 15 * 60_000;

/** The facts of an attempt by which its outcome is decided. */
export interface AttemptFacts {
  /** Counted from 1; each replay adds one. */
  readonly run: number;
  /** After this many replays a job that is dead-lettered again is parked. */
  readonly parkAfter: number;
  /** Counted from 1 within the run. */
  readonly attempt: number;
  /** Maximum of attempts of the run, fixed in the request. */
  readonly maxAttempts: number;
  /** The ladder of the definition; empty for an unknown type. */
  readonly backoffMs: readonly number[];
  /** The delays of the queue's retry lanes. */
  readonly lanesMs: Iterable<number>;
  /** For a job with an ordering key: how long it has waited in place so far. Undefined for any other job. */
  readonly waitedInPlaceMs?: number | undefined;
}

/** When another attempt may follow a failed one. At most ten years count. */
export type RetryWish =
  | 'by-ladder'
  | 'never'
  /** The delay that the handler chose, in place of the ladder's. */
  | { readonly afterMs: number }
  /** By the ladder, but no earlier than another server asked for. */
  | { readonly atLeastMs: number };

/** How an attempt ended, or why it was not started. */
export type AttemptEnding =
  /** `isOutdated`: the type is in force, so a worker of another deployment serves it. */
  | { readonly kind: 'unknown-type'; readonly type: string; readonly isOutdated?: boolean }
  /**
   * `detail` names the path of each fault. `isOutdated`: another definition of the type is in force than the one of this worker, so
   * that a worker of another deployment may take the payload.
   */
  | { readonly kind: 'invalid-payload'; readonly detail: string; readonly isOutdated?: boolean }
  /** The job expired before its first attempt. */
  | { readonly kind: 'expired' }
  /** The job was cancelled before the attempt started, or while it ran. */
  | { readonly kind: 'cancelled' }
  /** `bytes`: of the result as JSON. */
  | { readonly kind: 'returned'; readonly result: unknown; readonly bytes: number }
  /** The result breaks the schema of the definition, or is no JSON. */
  | { readonly kind: 'invalid-result'; readonly detail: string }
  | { readonly kind: 'threw'; readonly error: JobError; readonly retry: RetryWish }
  | { readonly kind: 'timed-out'; readonly timeoutMs: number }
  /** For a claimed job: it is not started, because too many owners died or froze in this attempt. */
  | { readonly kind: 'owner-died'; readonly deaths: number }
  /** The process that ran it, and nothing else, has died. */
  | { readonly kind: 'process-died'; readonly death: ProcessDeath }
  /**
   * It is not run again: alone in a process it has ended that process so many times. `death`: the last one; undefined where another
   * worker has seen it.
   */
  | { readonly kind: 'crashed'; readonly deaths: number; readonly death: ProcessDeath | undefined };

/** The outcome of an attempt: exactly one record. */
export type Outcome =
  | { readonly kind: 'succeed'; readonly result: unknown }
  | { readonly kind: 'expire' }
  | { readonly kind: 'cancel' }
  /** `laneMs`: the delay of the lane; `delayMs`: the delay that was asked for. */
  | { readonly kind: 'retry'; readonly error: JobError; readonly delayMs: number; readonly laneMs: number }
  /** No lane is long enough: the scheduler holds the job for `delayMs`. */
  | { readonly kind: 'retry-delayed'; readonly error: JobError; readonly delayMs: number }
  /** For a job with an ordering key: it waits in its worker and keeps its key. */
  | { readonly kind: 'retry-in-place'; readonly error: JobError; readonly delayMs: number }
  /** `attempts`: the number of started attempts of this run. */
  | {
      readonly kind: 'dead-letter';
      readonly reason: DeadLetterReason;
      readonly error: JobError;
      readonly attempts: number;
    };

/** Decides the outcome of an attempt. */
export function decideOutcome(facts: AttemptFacts, ending: AttemptEnding): Outcome {
  const outcome = decideEnding(facts, ending);
  const isParked = outcome.kind === 'dead-letter' && facts.run > facts.parkAfter;
  return isParked ? { ...outcome, reason: 'parked' } : outcome;
}

function decideEnding(facts: AttemptFacts, ending: AttemptEnding): Outcome {
  switch (ending.kind) {
    case 'expired':
      return { kind: 'expire' };
    case 'cancelled':
      return { kind: 'cancel' };
    case 'unknown-type':
      return decideRefusal(facts, ending, 'unknown_type', unknownType(ending.type));
    case 'invalid-payload':
      return decideRefusal(facts, ending, 'invalid_payload', invalidPayload(ending.detail));
    case 'returned':
      return ending.bytes <= maxResultBytes
        ? { kind: 'succeed', result: ending.result }
        : deadLetter('non_retryable', resultTooLarge(ending.bytes), facts.attempt);
    case 'invalid-result':
      return deadLetter('non_retryable', { code: 'invalid_result', message: ending.detail }, facts.attempt);
    case 'threw':
      return decideFailure(facts, ending.error, ending.retry);
    case 'timed-out':
      return decideFailure(facts, timedOut(ending.timeoutMs), 'by-ladder');
    case 'owner-died':
      return deadLetter('owner_died', ownerDied(ending.deaths), facts.attempt);
    case 'process-died':
      return decideFailure(facts, describeCrash(ending.death), 'by-ladder');
    case 'crashed':
      return deadLetter('crashed', crashed(ending.deaths, ending.death), facts.attempt);
  }
}

/** The worker did not call the handler. That counts as an attempt only where a worker of another deployment may take the job. */
function decideRefusal(
  facts: AttemptFacts,
  { isOutdated = false }: { readonly isOutdated?: boolean },
  reason: DeadLetterReason,
  error: JobError,
): Outcome {
  if (!isOutdated) return deadLetter(reason, error, facts.attempt - 1);
  if (facts.attempt < facts.maxAttempts) return decideFailure(facts, error, 'by-ladder');
  return deadLetter(reason, error, facts.attempt);
}

function decideFailure(facts: AttemptFacts, error: JobError, retry: RetryWish): Outcome {
  const { attempt, maxAttempts, backoffMs } = facts;
  if (retry === 'never') return deadLetter('non_retryable', error, attempt);
  if (attempt >= maxAttempts) return deadLetter('exhausted', error, attempt);
  const delayMs = Math.min(delayOf(retry, retryDelay(backoffMs, attempt)), maxDelayMs);
  if (facts.waitedInPlaceMs !== undefined) {
    const leftMs = maxWaitInPlaceMs - facts.waitedInPlaceMs;
    // What the ladder or another server says may be cut short, what the handler itself chose may not.
    const isChosen = retry !== 'by-ladder' && 'afterMs' in retry;
    if (leftMs <= 0 || (isChosen && delayMs > leftMs)) return deadLetter('exhausted', error, attempt);
    return { kind: 'retry-in-place', error: shorten(error), delayMs: Math.min(delayMs, leftMs) };
  }
  const laneMs = laneFor(delayMs, facts.lanesMs);
  return laneMs === undefined
    ? { kind: 'retry-delayed', error: shorten(error), delayMs }
    : { kind: 'retry', error: shorten(error), delayMs, laneMs };
}

function delayOf(retry: Exclude<RetryWish, 'never'>, ladderMs: number): number {
  if (retry === 'by-ladder') return ladderMs;
  return 'afterMs' in retry ? retry.afterMs : Math.max(retry.atLeastMs, ladderMs);
}

function deadLetter(reason: DeadLetterReason, error: JobError, attempts: number): Outcome {
  return { kind: 'dead-letter', reason, error: shorten(error), attempts };
}

function invalidPayload(message: string): JobError {
  return { code: 'invalid_payload', message };
}

function unknownType(type: string): JobError {
  return {
    code: 'unknown_type',
    message:
      `This worker has no handler for "${type}". ` +
      'Deploy a worker that has one, then replay the dead letter.',
  };
}

function resultTooLarge(bytes: number): JobError {
  return {
    code: 'result_too_large',
    message: `The result takes ${bytes} bytes as JSON, ${maxResultBytes} are allowed. Store it and return where it is.`,
  };
}

function ownerDied(deaths: number): JobError {
  return {
    code: 'owner_died',
    message:
      `${deaths === 1 ? 'A worker' : `${deaths} workers`} died or froze while running this attempt. ` +
      'See what it does to its worker and how far it came, then replay the dead letter.',
  };
}

function crashed(deaths: number, death: ProcessDeath | undefined): JobError {
  const last = death ? ` The last time: ${describeCrash(death).message}` : '';
  return {
    code: 'crashed',
    message:
      `The job alone ended the process that ran it ${deaths} times, so it is not run again. ` +
      `Mend the handler or the payload, then replay the dead letter.${last}`,
  };
}

function timedOut(timeoutMs: number): JobError {
  return { code: 'timeout', message: `The attempt did not end within its ${timeoutMs} ms.` };
}
