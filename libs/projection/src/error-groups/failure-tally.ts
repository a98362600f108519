import type { JobId } from '@jobstream/contracts';
import type { JobError } from '@jobstream/contracts/records';
import { clean, type JobFold, type RunOutcome } from '@jobstream/lifecycle';
import { errorGroupOf } from './error-group.js';

/** Milliseconds whose failures are counted together. */
export const hourMs = 3_600_000;

const maxCode = 100;
const maxMessage = 1_000;

/** What the records of a batch tell of the failures of one group in one hour. Times are milliseconds since 1970. */
export interface TalliedFailures {
  readonly id: string;
  /** When the hour begins. */
  readonly hour: number;
  count: number;
  first: number;
  /** The latest of them, as are the fields below. */
  last: number;
  job: JobId;
  type: string;
  queue: string;
  code: string;
  message: string;
}

/** By outcome, the group that was found last: a failure is asked for it to be counted, and once more to be written. */
const found = new WeakMap<RunOutcome, { readonly type: string; readonly id: string }>();

/** The group of the error that a fold shows; null where it shows none. */
export function groupOfFold({ origin: { type }, outcome }: JobFold): string | null {
  if (outcome.error === null) return null;
  const known = found.get(outcome);
  if (known?.type === type) return known.id;
  const id = errorGroupOf(type, JSON.parse(outcome.error) as JobError);
  found.set(outcome, { type, id });
  return id;
}

/** Counts failures of a batch of records in memory: attempts that failed and are tried again, and dead letters. */
export class FailureTally {
  private readonly byKey = new Map<string, TalliedFailures>();

  /** Counts the failure that a record tells of, if it does. */
  add(fold: JobFold): void {
    const group = groupOfFold(fold);
    if (group === null) return;
    const { id: job, origin, request, outcome } = fold;
    const at = outcome.appendedAt;
    const failures = this.failuresOf(group, at - (at % hourMs), at);
    failures.count += 1;
    failures.first = Math.min(failures.first, at);
    if (at < failures.last || (at === failures.last && job < failures.job)) return;
    const { type } = origin;
    const { queue } = request;
    const error = JSON.parse(outcome.error!) as JobError;
    const [code, message] = [clean(error.code.slice(0, maxCode)), clean(error.message.slice(0, maxMessage))];
    Object.assign(failures, { last: at, job, type, queue, code, message } satisfies Partial<TalliedFailures>);
  }

  /** How many groups and hours have failures. */
  get size(): number {
    return this.byKey.size;
  }

  /** All of them. */
  get tallied(): readonly TalliedFailures[] {
    return [...this.byKey.values()];
  }

  private failuresOf(id: string, hour: number, at: number): TalliedFailures {
    const key = `${id} ${hour}`;
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const failures = {
      id,
      hour,
      count: 0,
      first: at,
      last: 0,
      job: '',
      type: '',
      queue: '',
      code: '',
      message: '',
    };
    this.byKey.set(key, failures);
    return failures;
  }
}
