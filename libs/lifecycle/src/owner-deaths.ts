import type { OwnerDeathPolicy } from '@jobstream/contracts';

/** Owners of a claim that may die in one attempt before its job is taken for what kills them. */
export const maxOwnerDeaths = 5;

/** Whether an attempt is not started (again), because this many owners of its claim have died or frozen in it. */
export function isDoomed(deaths: number, policy: OwnerDeathPolicy): boolean {
  return deaths >= (policy === 'dead-letter' ? 1 : maxOwnerDeaths);
}
