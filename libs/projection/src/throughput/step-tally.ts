import type { ThroughputStep } from '@jobstream/contracts/rest';
import { isFinal, type JobState } from '@jobstream/contracts';
import type { JobFold } from '@jobstream/lifecycle';

/** Milliseconds that are counted together. */
export const bucketMs = 10_000;

/** Steps that are told by records. That a job was accepted is told by its new row. */
export type RecordedStep = Exclude<ThroughputStep, 'accepted'>;

/** What records tell of the jobs of a type in one bucket. */
export interface TalliedBucket extends Record<RecordedStep, number> {
  /** When it begins, in milliseconds since 1970. */
  readonly at: number;
  readonly type: string;
  readonly queue: string;
}

/** Counts the steps of a batch of records in memory, so that a bucket is written once. */
export class StepTally {
  private readonly byKey = new Map<string, TalliedBucket>();

  /**
   * Counts the step of a record, if it tells of one.
   * @param known what the batch knew of the job before
   */
  add({ run, origin: { type }, request: { queue }, outcome }: JobFold, known: JobFold | undefined): void {
    const step = stepOf(outcome.state);
    if (step === undefined) return;
    if (known?.run === run && isSameEnd(known.outcome.state, outcome.state)) return;
    this.bucketOf(outcome.appendedAt - (outcome.appendedAt % bucketMs), type, queue)[step] += 1;
  }

  /** All of them. */
  get buckets(): readonly TalliedBucket[] {
    return [...this.byKey.values()];
  }

  private bucketOf(at: number, type: string, queue: string): TalliedBucket {
    const key = `${at} ${queue} ${type}`;
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const bucket = { at, type, queue, succeeded: 0, dead_lettered: 0, expired: 0, cancelled: 0, retried: 0 };
    this.byKey.set(key, bucket);
    return bucket;
  }
}

/** The step that a record tells of by the state it leads to; undefined for one that counts nothing. */
export function stepOf(state: JobState): RecordedStep | undefined {
  switch (state) {
    case 'retrying':
      return 'retried';
    case 'succeeded':
    case 'dead_lettered':
    case 'expired':
    case 'cancelled':
      return state;
    case 'scheduled':
    case 'queued':
    case 'running':
      return undefined;
  }
}

/** Whether one of these is a copy: a run has one end, and one dead letter before it at most. */
function isSameEnd(known: JobState, next: JobState): boolean {
  if (!isFinal(known) || !isFinal(next)) return false;
  return (known === 'dead_lettered') === (next === 'dead_lettered');
}
