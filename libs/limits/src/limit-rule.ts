import { createHash } from 'node:crypto';
import { intervalOfRate, type QueueLimits } from '@jobstream/contracts';

/** One thing that a job has to wait for before an attempt. */
export type LimitRule =
  | { readonly kind: 'concurrency'; readonly id: string; readonly most: number }
  | { readonly kind: 'rate'; readonly id: string; readonly rate: string; readonly intervalMs: number };

const longestKey = 200;

/**
 * What a job of a queue with these limits has to wait for, in the order in which it is waited for: its key before the
 * queue, so that a job whose key is busy holds nothing of the queue's; rates last, because a start that was granted is
 * for now.
 */
export function limitRulesOf(queue: string, limits: QueueLimits, payload: unknown): LimitRule[] {
  const { perKey } = limits;
  const key = perKey && keyOf(payload, perKey.field);
  const scopes = [
    ...(key === undefined ? [] : [{ scope: `${queue}/${perKey!.field}=${key}`, limit: perKey! }]),
    { scope: queue, limit: limits },
  ];
  return [
    ...scopes.flatMap(({ scope, limit: { concurrency } }): LimitRule[] =>
      concurrency === undefined ? [] : [{ kind: 'concurrency', id: scope, most: concurrency }],
    ),
    ...scopes.flatMap(({ scope, limit: { rate } }): LimitRule[] =>
      rate === undefined
        ? []
        : [{ kind: 'rate', id: `${scope}@${rate}`, rate, intervalMs: intervalOfRate(rate) }],
    ),
  ];
}

/** A long value stands by its hash. */
function keyOf(payload: unknown, field: string): string | undefined {
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, field)) return undefined;
  const value = (payload as Record<string, unknown>)[field];
  if (value === null || value === undefined) return undefined;
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('\0', '\uFFFD');
  return text.length <= longestKey ? text : createHash('sha256').update(text).digest('hex');
}
