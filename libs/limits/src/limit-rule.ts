import { createHash } from 'node:crypto';
import { intervalOfRate, type QueueLimits } from '@jobstream/contracts';

/** One limit that a job is under. `max` attempts at once, or one start in `intervalMs`; `rate` as it was declared. */
export type LimitRule =
  | { readonly kind: 'concurrency'; readonly id: string; readonly max: number }
  | { readonly kind: 'rate'; readonly id: string; readonly rate: string; readonly intervalMs: number };

const maxKeyLength = 200;

/**
 * The limits that a job of a queue is under, in the order in which it waits for them. Its key comes before its queue, so that a
 * job whose key is busy holds no permit of the queue. Rates come last, because a start that was granted is for now.
 */
export function limitRulesOf(queue: string, limits: QueueLimits, payload: unknown): LimitRule[] {
  const { perKey } = limits;
  const key = perKey && limitKeyOf(payload, perKey.field);
  const scopes = [
    ...(key === undefined ? [] : [{ scope: `${keyPrefixOf(queue, perKey!.field)}${key}`, limit: perKey! }]),
    { scope: queue, limit: limits },
  ];
  return [
    ...scopes.flatMap(({ scope, limit: { concurrency } }): LimitRule[] =>
      concurrency === undefined ? [] : [{ kind: 'concurrency', id: scope, max: concurrency }],
    ),
    ...scopes.flatMap(({ scope, limit: { rate } }): LimitRule[] =>
      rate === undefined
        ? []
        : [{ kind: 'rate', id: `${scope}${rateSuffixOf(rate)}`, rate, intervalMs: intervalOfRate(rate) }],
    ),
  ];
}

/** What the ids of the limits of keys begin with. */
export function keyPrefixOf(queue: string, field: string): string {
  return `${queue}/${field}=`;
}

/** What the ids of limits of such a rate end with. */
export function rateSuffixOf(rate: string): string {
  return `@${rate}`;
}

/** The key of a payload: the value of its field as text, its hash when that is long. Undefined: it has none. */
export function limitKeyOf(payload: unknown, field: string): string | undefined {
  if (typeof payload !== 'object' || payload === null || !Object.hasOwn(payload, field)) return undefined;
  const value = (payload as Record<string, unknown>)[field];
  if (value === null || value === undefined) return undefined;
  const text = (typeof value === 'string' ? value : JSON.stringify(value)).replaceAll('\0', '\uFFFD');
  return text.length <= maxKeyLength ? text : createHash('sha256').update(text).digest('hex');
}
