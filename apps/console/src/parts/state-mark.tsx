import type { VNode } from 'preact';
import type { JobState } from '@jobstream/contracts';

/** How states are called for people. */
export const stateNames: Readonly<Record<JobState, string>> = {
  scheduled: 'scheduled',
  queued: 'queued',
  running: 'running',
  retrying: 'retrying',
  succeeded: 'succeeded',
  dead_lettered: 'dead-lettered',
  cancelled: 'cancelled',
  expired: 'expired',
};

/** The state of a job, by its name and a colour. */
export function StateMark({ state }: { readonly state: JobState }): VNode {
  return <span class={`mark state-${state}`}>{stateNames[state]}</span>;
}
