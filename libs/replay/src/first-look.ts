import type { ReplayRequest } from '@jobstream/contracts/rest';
import { ReplayError } from './replay-error.js';
import type { Survey } from './selection/survey.js';

/** Time limits in milliseconds, while somebody waits for the answer. */
export const patienceMs = {
  /** Of waiting for the projection. */
  projection: 5_000,
  /** Of counting in a dry run. */
  dryRun: 20_000,
  /** Of counting before a replay or an action is accepted. */
  firstLook: 3_000,
} as const;

/** How a replay or an action that would change nothing is refused. */
export interface Refusal {
  readonly code: 'nothing_to_replay' | 'nothing_to_do';
  /** What is said where nothing meets the filter. */
  readonly none: string;
  /** What is counted. */
  readonly things: 'records' | 'jobs';
}

/**
 * What is expected of a replay or an action, by the counts of a first look.
 * @returns the number of jobs it will change; null when there are too many to tell
 * @throws ReplayError `patch_breaks_schema`; that of the refusal when it would change nothing
 */
export function expectedOf(
  look: Pick<Survey, 'matched' | 'changed' | 'skipped' | 'failed' | 'faults' | 'complete'>,
  { patch, cap = Infinity }: Pick<ReplayRequest, 'patch' | 'cap'>,
  refusal: Refusal,
): number | null {
  const { matched, changed, skipped, failed, faults, complete } = look;
  if (patch && failed > 0) {
    const errors = faults.map(({ id, detail }) => ({ pointer: '/patch', detail: `Job ${id}: ${detail}` }));
    const detail = `The patch breaks the payload of ${failed} jobs. Change it, or leave them out by the filter.`;
    throw new ReplayError('patch_breaks_schema', detail, errors);
  }
  if (!complete) return null;
  if (changed > 0) return Math.min(changed, cap);
  if (matched === 0) throw new ReplayError(refusal.code, refusal.none);
  const passed = Object.entries(skipped).map(([reason, count]) => `${count} ${reason}`);
  throw new ReplayError(
    refusal.code,
    `None of the ${matched} ${refusal.things} that meet the filter would run again: ${passed.join(', ')}.`,
  );
}
