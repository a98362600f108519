import type { FlowSummary, FlowView } from '@jobstream/contracts/rest';

/** The progress of a flow, in one line. */
export function describeFlowProgress({ state, progress }: Pick<FlowSummary, 'state' | 'progress'>): string {
  const { total, succeeded, failed, cancelled } = progress;
  return `${state}  ${succeeded} of ${total} succeeded, ${failed} failed, ${cancelled} cancelled`;
}

/** Jobs that are shown in full. */
const maxShown = 100;

/** A flow, in lines: its progress, and its jobs in the order in which they were submitted. */
export function describeFlow(flow: FlowView): string {
  const { id, createdAt, finishedAt, onFailure, parent, jobs } = flow;
  const width = Math.max(...jobs.slice(0, maxShown).map(({ name }) => name.length));
  return [
    `id          ${id}`,
    `progress    ${describeFlowProgress(flow)}`,
    `made        ${createdAt}${parent === null ? '' : ` by job ${parent}`}`,
    ...(finishedAt === null ? [] : [`ended       ${finishedAt}`]),
    `on failure  ${onFailure}`,
    ...jobs.slice(0, maxShown).map(({ name, state, id: job, type, error }) => {
      const why = error === null ? '' : `  ${error.code}: ${error.message}`;
      return `  ${name.padEnd(width)}  ${state.padEnd(9)}  ${job}  ${type}${why}`;
    }),
    ...(jobs.length > maxShown ? [`  and ${jobs.length - maxShown} more: --json shows all`] : []),
  ].join('\n');
}
