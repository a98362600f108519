import { type JobState, stateOfPhase } from '@jobstream/contracts';
import type { DeadLetterReason, JobRecord, Origin, Start } from '@jobstream/contracts/records';
import { positionOf, type Coordinates } from './coordinates.js';
import type { JsonText } from './fold.js';
import { dueAt, jsonText, workerName } from './fold-record.js';
import { endsRun, rankOf } from './record-rank.js';

/** A change of state that is not plain, as a row of the history holds it. Times are milliseconds since 1970. */
export interface Transition extends Pick<Coordinates, 'topic' | 'partition' | 'offset' | 'timestamp'> {
  readonly state: JobState;
  readonly run: number;
  readonly attempt: number;
  readonly worker: string | null;
  readonly startedAt: number | null;
  readonly error: JsonText | null;
  readonly nextAttemptAt: number | null;
  readonly reason: DeadLetterReason | null;
  /** For a dead letter: the number of started attempts, and the record that was set aside. */
  readonly attempts: number | null;
  readonly origin: JsonText | null;
}

/**
 * The history row of a record. Null for `queued` and `succeeded`, whose coordinates are in the row of the job (`PlainRecord`), and
 * for `progress`, which changes no state.
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

/** The fields of a transition that decide its place in the history of its job. */
export type Step = Pick<
  Transition,
  'topic' | 'partition' | 'offset' | 'timestamp' | 'state' | 'run' | 'attempt'
>;

/**
 * The transitions of a job in order: by run, append time, rank, position. A transition is `superseded` when the fold of its run
 * does not show it: another end of the run counts, or another record of the same attempt and state. Among requests the first
 * counts, among starts and retries the last.
 */
export function orderHistory<T extends Step>(steps: readonly T[]): (T & { superseded: boolean })[] {
  const counting = new Map<string, T>();
  for (const step of steps) {
    const rival = counting.get(keyOf(step));
    if (rival === undefined || outdoes(step, rival)) counting.set(keyOf(step), step);
  }
  return [...steps].sort(byLife).map((step) => ({ ...step, superseded: counting.get(keyOf(step)) !== step }));
}

/**
 * The transition from which the fold of these would show the state of the job: the truth when the log held only them. Undefined
 * when there are none.
 */
export function standingOf<T extends Step>(steps: readonly T[]): T | undefined {
  return steps.reduce<T | undefined>(
    (standing, step) => (standing === undefined || goesFarther(step, standing) ? step : standing),
    undefined,
  );
}

/** The fields of a state by which {@link goesFarther} decides: its run and attempt, and the record it is from. */
export type Standing = Omit<Step, 'timestamp'>;

/**
 * Whether the fold of both would show this state rather than the other. The newest run wins; within it the highest rank. At equal
 * rank the first end of a run wins, and the last unfinished record.
 */
export function goesFarther(step: Standing, other: Standing): boolean {
  if (step.run !== other.run) return step.run > other.run;
  const rank = rankOf(phaseOf(step.state), step.attempt);
  const otherRank = rankOf(phaseOf(other.state), other.attempt);
  if (rank !== otherRank) return rank > otherRank;
  return endsRun(rank) === positionOf(step) < positionOf(other);
}

/** Of all transitions with the same key only one counts: the end of a run, or the state of an attempt. */
function keyOf({ run, attempt, state }: Step): string {
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
