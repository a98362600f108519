import type { OwnerDeathPolicy } from '@jobstream/contracts';

/** After this many owner deaths in one attempt its job counts as their cause. */
export const maxOwnerDeaths = 5;

/** Whether an attempt is not started again, because too many owners of its claim have died or frozen in it. */
export function isDoomed(deaths: number, policy: OwnerDeathPolicy): boolean {
  return deaths >= (policy === 'dead-letter' ? 1 : maxOwnerDeaths);
}
