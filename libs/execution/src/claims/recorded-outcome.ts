import type { Outcome } from '@jobstream/lifecycle';
import type { EndedAttempt } from '../outcome/outcome-records.js';
import type { ClaimOutcome } from './claim-store.js';

/** The part of an ended attempt that its claim keeps: all that the job's record does not hold. */
export interface RecordedOutcome {
  readonly outcome: Outcome;
  readonly ended: Omit<EndedAttempt, 'job' | 'type' | 'source'>;
}

const retries: ReadonlySet<Outcome['kind']> = new Set(['retry', 'retry-delayed', 'retry-in-place']);

/** An outcome as its claim keeps it. */
export function recordOutcome(
  { start, children, finishedAt, dueAt }: EndedAttempt,
  outcome: Outcome,
): ClaimOutcome {
  const ended = { start, children: outcome.kind === 'succeed' ? children : [], finishedAt, dueAt };
  return {
    isFinal: !retries.has(outcome.kind),
    outcome: JSON.stringify({ outcome, ended } satisfies RecordedOutcome),
  };
}

/** The reverse of {@link recordOutcome}. */
export function readOutcome(text: string): RecordedOutcome {
  const { outcome, ended } = JSON.parse(text) as RecordedOutcome;
  // JSON has no undefined.
  return { outcome, ended: { ...ended, start: ended.start, dueAt: ended.dueAt } };
}
