/** Every state a job can be in, unfinished ones first. Wire and REST spelling. */
export const jobStates = [
  'scheduled',
  'queued',
  'running',
  'retrying',
  'succeeded',
  'dead_lettered',
  'cancelled',
  'expired',
] as const;

/**
 * The state of a job:
 * - `scheduled` waits for its time, `queued` for a worker;
 * - `running` is a hint: only attempts that outlive about 100 ms announce themselves;
 * - `retrying` has failed and waits for its next attempt;
 * - `succeeded`, `dead_lettered`, `cancelled` and `expired` are final within a run; only a replay leaves them.
 */
export type JobState = (typeof jobStates)[number];

/** The states that end a run. */
export const finalStates = [
  'succeeded',
  'dead_lettered',
  'cancelled',
  'expired',
] as const satisfies readonly JobState[];

/** A state that ends a run. */
export type FinalState = (typeof finalStates)[number];

/** Whether a job in this state has ended its run. */
export function isFinal(state: JobState): state is FinalState {
  return (finalStates as readonly JobState[]).includes(state);
}

/** The `js-phase` header: which transition a record is. Never guessed from its topic. */
export const phases = [
  'scheduled',
  'queued',
  'started',
  'progress',
  'retrying',
  'dead_lettered',
  'succeeded',
  'cancelled',
  'expired',
] as const;

export type Phase = (typeof phases)[number];

/** The state a job is in once the record of this phase is its newest. */
export function stateOfPhase(phase: Phase): JobState {
  return phase === 'started' || phase === 'progress' ? 'running' : phase;
}
