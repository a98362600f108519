import type { OwnerDeathPolicy } from '@jobstream/contracts';

/** After this many owner deaths in one attempt its job counts as their cause, where no worker runs suspects apart. */
export const maxOwnerDeaths = 5;

/** After this many deaths of its own, alone in a process, a job is not run again. */
export const maxOwnDeaths = 3;

/**
 * Whether an attempt is not started again, because owners of its claim have died or frozen in it. With `dead-letter` one is enough,
 * whatever it died of: the effect may have happened. With `rerun` the deaths of owners count only where suspects do not run apart: a
 * worker may have died of another job, and the job's own deaths are counted elsewhere.
 */
export function isDoomed(deaths: number, policy: OwnerDeathPolicy, runsSuspectsApart: boolean): boolean {
  if (policy === 'dead-letter') return deaths > 0;
  return !runsSuspectsApart && deaths >= maxOwnerDeaths;
}
