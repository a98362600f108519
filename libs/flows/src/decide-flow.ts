import type { FailurePolicy, FlowState, StepState } from '@jobstream/contracts/rest';

/** How a job of a flow can end, for the flow. */
export type EndedState = Extract<StepState, 'succeeded' | 'failed' | 'cancelled'>;

/** How many jobs of a flow have ended, and how. */
export interface FlowTally {
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly cancelled: number;
  /** Those that did not succeed, and for which no other waits. */
  readonly lostEnds: number;
}

/** A flow as its decisions need it. */
export interface FlowStanding extends FlowTally {
  readonly state: FlowState;
  readonly onFailure: FailurePolicy;
}

/** A job that has ended. */
export interface EndedStep {
  readonly state: EndedState;
  /** Whether no other waits for it. */
  readonly isLast: boolean;
}

/** Whether the end of a job lets those go that wait for it; otherwise they are cancelled, and what waits for them. */
export function letsGo({ state }: Pick<EndedStep, 'state'>, onFailure: FailurePolicy): boolean {
  return state === 'succeeded' || onFailure === 'continue';
}

/** The tally after more jobs have ended. */
export function addEnds(tally: FlowTally, ended: readonly EndedStep[]): FlowTally {
  const count = (state: EndedState) => ended.filter((step) => step.state === state).length;
  return {
    total: tally.total,
    succeeded: tally.succeeded + count('succeeded'),
    failed: tally.failed + count('failed'),
    cancelled: tally.cancelled + count('cancelled'),
    lostEnds: tally.lostEnds + ended.filter(({ state, isLast }) => isLast && state !== 'succeeded').length,
  };
}

/** The state that follows from the tally. A flow that is being cancelled ends as `cancelled`, unless all its jobs succeeded. */
export function decideFlowState(flow: FlowStanding): FlowState {
  const { total, succeeded, failed, cancelled, lostEnds } = flow;
  const isOver = succeeded + failed + cancelled === total;
  if (succeeded === total) return 'succeeded';
  if (flow.state === 'cancelling') return isOver ? 'cancelled' : 'cancelling';
  const isFailing = flow.onFailure === 'cancel' ? failed + cancelled > 0 : lostEnds > 0;
  if (isOver) return isFailing ? 'failed' : 'succeeded';
  return isFailing ? 'failing' : 'running';
}

/** Whether a flow of this state changes no more by itself. */
export function isOver(state: FlowState): boolean {
  switch (state) {
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return true;
    case 'running':
    case 'failing':
    case 'cancelling':
      return false;
  }
}
