import type { JobId } from '@jobstream/contracts';
import type { FlowState } from '@jobstream/contracts/rest';
import type { Session } from '@jobstream/database';
import { addEnds, decideFlowState, isOver, letsGo } from './decide-flow.js';
import type { FlowStore, LockedFlow, NewlyEnded, StepEnd } from './flow-store.js';

/**
 * Notes the ends of jobs and what follows from them: which jobs are ready or cancelled, and how their flows stand.
 * @returns how the flows ended that did so
 */
export async function advanceFlows(
  session: Session,
  store: FlowStore,
  ends: readonly StepEnd[],
): Promise<FlowState[]> {
  if (ends.length === 0) return [];
  const flows = await store.lock(session, [...new Set(ends.map(({ flowId }) => flowId))]);
  return flows.size > 0 ? followEnds(session, store, flows, await store.end(session, ends)) : [];
}

/**
 * Carries out what follows from ends that are noted.
 * @param flows those of the ends, locked
 * @returns as {@link advanceFlows} does
 */
export async function followEnds(
  session: Session,
  store: FlowStore,
  flows: ReadonlyMap<JobId, LockedFlow>,
  ended: readonly NewlyEnded[],
): Promise<FlowState[]> {
  if (ended.length === 0) return [];
  const isLettingGo = (step: NewlyEnded) => letsGo(step, flows.get(step.flowId)!.onFailure);
  await store.letGo(session, ended.filter(isLettingGo));
  const cancelled = await store.cancelFollowers(
    session,
    ended.filter((step) => !isLettingGo(step)),
  );
  return saveFlows(session, store, flows, [...ended, ...cancelled]);
}

/** Writes how flows stand after these ends. @returns as {@link advanceFlows} does */
export async function saveFlows(
  session: Session,
  store: FlowStore,
  flows: ReadonlyMap<JobId, LockedFlow>,
  ended: readonly NewlyEnded[],
): Promise<FlowState[]> {
  const standing = [...groupByFlow(ended)].map(([id, ofFlow]) => {
    const flow = flows.get(id)!;
    const counted = { ...flow, ...addEnds(flow, ofFlow) };
    const state = decideFlowState(counted);
    return { ...counted, state, isOver: isOver(state) };
  });
  await store.save(session, standing);
  return standing.filter((flow) => flow.isOver).map(({ state }) => state);
}

/** One pass: a batch may end thousands of jobs, each of another flow. */
function groupByFlow(ended: readonly NewlyEnded[]): Map<JobId, NewlyEnded[]> {
  const byFlow = new Map<JobId, NewlyEnded[]>();
  for (const step of ended) {
    const ofFlow = byFlow.get(step.flowId);
    if (ofFlow === undefined) byFlow.set(step.flowId, [step]);
    else ofFlow.push(step);
  }
  return byFlow;
}
