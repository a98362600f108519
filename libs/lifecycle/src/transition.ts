import { type JobState, stateOfPhase } from '@jobstream/contracts';
import type { DeadLetterReason, JobRecord, Origin, Start } from '@jobstream/contracts/records';
import { positionOf, type Coordinates } from './coordinates.js';
import type { JsonText } from './fold.js';
import { dueAt, jsonText, workerName } from './fold-record.js';
import { endsRun, rankOf } from './record-rank.js';

/** A change of state that is not plain, as its history row holds it. Times are milliseconds since 1970. */
export interface Transition extends Pick<Coordinates, 'topic' | 'partition' | 'offset' | 'timestamp'> {
  readonly state: JobState;
  readonly run: number;
  readonly attempt: number;
  readonly worker: string | null;
  readonly startedAt: number | null;
  readonly error: JsonText | null;
  readonly nextAttemptAt: number | null;
  readonly reason: DeadLetterReason | null;
  /** Of a dead letter: attempts that were started, and the record that was set aside. */
  readonly attempts: number | null;
  readonly origin: JsonText | null;
}

/**
 * The history row of a record. Null for `queued` and `succeeded`, which the job's own row keeps by their coordinates
 * ({@link JobFold}), and for `progress`, which changes no state.
 */
export function transitionOf(record: JobRecord, at: Coordinates): Transition | null {
  switch (record.phase) {
    case 'queued':
    case 'succeeded':
    case 'progress':
      return null;
    case 'scheduled':
      return { ...transition(record, at), nextAttemptAt: Date.parse(record.value.runAt) };
    case 'started':
    case 'cancelled':
    case 'expired':
      return { ...transition(record, at), ...started(record.value.start) };
    case 'retrying': {
      const { start, error } = record.value;
      const nextAttemptAt = dueAt(record.value, at);
      return { ...transition(record, at), ...started(start), error: jsonText(error), nextAttemptAt };
    }
    case 'dead_lettered': {
      const { start, error, reason, attempts, origin } = record.value;
      return {
        ...transition(record, at),
        ...started(start),
        error: jsonText(error),
        reason,
        attempts: Math.min(attempts, 2 ** 31 - 1),
        origin: jsonText(origin satisfies Origin),
      };
    }
  }
}

function transition({ phase, run, attempt }: JobRecord, at: Coordinates): Transition {
  const { topic, partition, offset, timestamp } = at;
  return {
    topic,
    partition,
    offset,
    timestamp,
    state: stateOfPhase(phase),
    run,
    attempt,
    worker: null,
    startedAt: null,
    error: null,
    nextAttemptAt: null,
    reason: null,
    attempts: null,
    origin: null,
  };
}

function started(start: Start | undefined): Partial<Transition> {
  return start === undefined ? {} : { worker: workerName(start), startedAt: Date.parse(start.at) };
}

/** What of a transition decides its place in a job's history. */
export type Step = Pick<
  Transition,
  'topic' | 'partition' | 'offset' | 'timestamp' | 'state' | 'run' | 'attempt'
>;

/**
 * A job's transitions in the order of its life: by run, append time, how far they bring the run, position; each with
 * whether it was `superseded`, that is, has no part in what the fold shows of its run:
 * an end of a run where another end counts, or one of several records of the same attempt and state. Of requests the
 * first counts, of starts and retries the last.
 */
export function orderHistory<T extends Step>(steps: readonly T[]): (T & { superseded: boolean })[] {
  const counting = new Map<string, T>();
  for (const step of steps) {
    const rival = counting.get(placeOf(step));
    if (rival === undefined || outdoes(step, rival)) counting.set(placeOf(step), step);
  }
  return [...steps]
    .sort(byLife)
    .map((step) => ({ ...step, superseded: counting.get(placeOf(step)) !== step }));
}

/**
 * The transition that the fold of these would show the job's state from: what was true when the log held no more than
 * them. Undefined where there are none.
 */
export function standingOf<T extends Step>(steps: readonly T[]): T | undefined {
  return steps.reduce<T | undefined>(
    (standing, step) => (standing === undefined || goesFarther(step, standing) ? step : standing),
    undefined,
  );
}

/** What of a state decides whether it counts: whose it is, and the record that it is from. */
export type Standing = Omit<Step, 'timestamp'>;

/**
 * Whether the fold of both would show this state rather than the other: that of the newest run, in it the one that brings
 * it farthest. Of two records that bring it equally far, the first end counts, and the last of what is unfinished.
 */
export function goesFarther(step: Standing, other: Standing): boolean {
  if (step.run !== other.run) return step.run > other.run;
  const rank = rankOf(phaseOf(step.state), step.attempt);
  const otherRank = rankOf(phaseOf(other.state), other.attempt);
  if (rank !== otherRank) return rank > otherRank;
  return endsRun(rank) === positionOf(step) < positionOf(other);
}

/** What only one transition of a run can be: its end, or the state in an attempt. */
function placeOf({ run, attempt, state }: Step): string {
  return endsRun(rankOf(phaseOf(state), attempt)) ? `${run}` : `${run} ${attempt} ${state}`;
}

function outdoes(step: Step, rival: Step): boolean {
  const rank = rankOf(phaseOf(step.state), step.attempt);
  const rivalRank = rankOf(phaseOf(rival.state), rival.attempt);
  if (rank !== rivalRank) return rank > rivalRank;
  const first = positionOf(step) < positionOf(rival);
  return step.state === 'running' || step.state === 'retrying' ? !first : first;
}

function byLife(a: Step, b: Step): number {
  return (
    a.run - b.run ||
    a.timestamp - b.timestamp ||
    rankOf(phaseOf(a.state), a.attempt) - rankOf(phaseOf(b.state), b.attempt) ||
    (positionOf(a) < positionOf(b) ? -1 : 1)
  );
}

function phaseOf(state: JobState): Exclude<JobState, 'running'> | 'started' {
  return state === 'running' ? 'started' : state;
}
