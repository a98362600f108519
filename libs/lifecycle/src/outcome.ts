import { maxResultBytes } from '@jobstream/contracts';
import type { DeadLetterReason, JobError } from '@jobstream/contracts/records';
import { longestDelayMs } from '@jobstream/contracts/rest';
import { shorten } from './job-error.js';
import { laneFor, retryDelay } from './retry-policy.js';

/**
 * How long a job with an ordering key may wait in place between the attempts of a run, all waits together. It holds up its key
 * meanwhile, and the commit of its partition: what needs longer is a dead letter, to be replayed when it can succeed.
 */
export const waitInPlaceBudgetMs = 15 * 60_000;

/** What is known of an attempt when its outcome is decided. */
export interface AttemptFacts {
  /** Counted from 1: one more than the job was replayed. */
  readonly run: number;
  /** Replays after which a job that is dead-lettered once more is parked. */
  readonly parkAfter: number;
  /** Counted from 1 within the run. */
  readonly attempt: number;
  /** Attempts of the run at most, frozen in the request. */
  readonly maxAttempts: number;
  /** The definition's ladder; empty for an unknown type. */
  readonly backoffMs: readonly number[];
  /** The delays of the retry lanes that the queue has. */
  readonly lanesMs: Iterable<number>;
  /** Of a job with an ordering key: how long it has waited in place so far. Undefined for any other job. */
  readonly waitedInPlaceMs?: number | undefined;
}

/**
 * When a failed attempt may be followed by another: by the ladder, never, or no earlier than a delay of the handler's choice
 * (of which ten years count at most).
 */
export type RetryWish = 'by-ladder' | 'never' | { readonly afterMs: number };

/** How an attempt ended, or why it was not started. */
export type AttemptEnding =
  | { readonly kind: 'unknown-type'; readonly type: string }
  /** `detail` names the path of each fault. */
  | { readonly kind: 'invalid-payload'; readonly detail: string }
  /** Its time ran out before its first attempt. */
  | { readonly kind: 'expired' }
  /** Before it was started, or it was stopped. */
  | { readonly kind: 'cancelled' }
  /** `bytes` of the result as JSON. */
  | { readonly kind: 'returned'; readonly result: unknown; readonly bytes: number }
  /** The handler returned what its definition does not allow, or what is no JSON. */
  | { readonly kind: 'invalid-result'; readonly detail: string }
  | { readonly kind: 'threw'; readonly error: JobError; readonly retry: RetryWish }
  | { readonly kind: 'timed-out'; readonly timeoutMs: number }
  /** Of a claimed job: it is not started, because so many owners died or froze in this attempt. */
  | { readonly kind: 'owner-died'; readonly deaths: number };

/** What follows from an attempt: exactly one record. */
export type Outcome =
  | { readonly kind: 'succeed'; readonly result: unknown }
  | { readonly kind: 'expire' }
  | { readonly kind: 'cancel' }
  /** `laneMs` is the lane's delay, `delayMs` what was asked for. */
  | { readonly kind: 'retry'; readonly error: JobError; readonly delayMs: number; readonly laneMs: number }
  /** No lane is as long as that: the scheduler holds the job for so long. */
  | { readonly kind: 'retry-delayed'; readonly error: JobError; readonly delayMs: number }
  /** Of a job with an ordering key: it waits where it is, and its key with it. */
  | { readonly kind: 'retry-in-place'; readonly error: JobError; readonly delayMs: number }
  /** `attempts`: how many of this run were started. */
  | {
      readonly kind: 'dead-letter';
      readonly reason: DeadLetterReason;
      readonly error: JobError;
      readonly attempts: number;
    };

/** Decides what follows from an attempt. */
export function decideOutcome(facts: AttemptFacts, ending: AttemptEnding): Outcome {
  const outcome = decideEnding(facts, ending);
  const isParked = outcome.kind === 'dead-letter' && facts.run > facts.parkAfter;
  return isParked ? { ...outcome, reason: 'parked' } : outcome;
}

function decideEnding(facts: AttemptFacts, ending: AttemptEnding): Outcome {
  const notStarted = facts.attempt - 1;
  switch (ending.kind) {
    case 'expired':
      return { kind: 'expire' };
    case 'cancelled':
      return { kind: 'cancel' };
    case 'unknown-type':
      return deadLetter('unknown_type', unknownType(ending.type), notStarted);
    case 'invalid-payload':
      return deadLetter('invalid_payload', { code: 'invalid_payload', message: ending.detail }, notStarted);
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
  }
}

function decideFailure(facts: AttemptFacts, error: JobError, retry: RetryWish): Outcome {
  const { attempt, maxAttempts, backoffMs } = facts;
  if (retry === 'never') return deadLetter('non_retryable', error, attempt);
  if (attempt >= maxAttempts) return deadLetter('exhausted', error, attempt);
  const byLadder = retry === 'by-ladder';
  const delayMs = byLadder ? retryDelay(backoffMs, attempt) : Math.min(retry.afterMs, longestDelayMs);
  if (facts.waitedInPlaceMs !== undefined) {
    const leftMs = waitInPlaceBudgetMs - facts.waitedInPlaceMs;
    // The ladder may be cut short, what a handler asked for may not.
    if (leftMs <= 0 || (!byLadder && delayMs > leftMs)) return deadLetter('exhausted', error, attempt);
    return { kind: 'retry-in-place', error: shorten(error), delayMs: Math.min(delayMs, leftMs) };
  }
  const laneMs = laneFor(delayMs, facts.lanesMs);
  return laneMs === undefined
    ? { kind: 'retry-delayed', error: shorten(error), delayMs }
    : { kind: 'retry', error: shorten(error), delayMs, laneMs };
}

function deadLetter(reason: DeadLetterReason, error: JobError, attempts: number): Outcome {
  return { kind: 'dead-letter', reason, error: shorten(error), attempts };
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

function timedOut(timeoutMs: number): JobError {
  return { code: 'timeout', message: `The attempt did not end within its ${timeoutMs} ms.` };
}
