import type { Health } from '@jobstream/runtime';

/**
 * The health of one part of each queue that a process serves, as one: that of the queue where there is one, and ok with the names
 * of those that are not where there are several.
 */
export function healthOfQueues(queues: readonly (readonly [name: string, health: Health])[]): Health {
  const [first] = queues;
  if (first !== undefined && queues.length === 1) return first[1];
  const detail = Object.fromEntries(queues.map(([name, health]) => [name, health.detail]));
  const faults = queues.flatMap(([name, health]) => (health.ok ? [] : [`${name}: ${health.why}`]));
  return faults.length === 0 ? { ok: true, detail } : { ok: false, why: faults.join(' '), detail };
}
