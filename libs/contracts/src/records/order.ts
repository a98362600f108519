import { z } from 'zod';
import { queueLimitsSchema } from '../queue-limits.js';
import { isoTime, wireVersion } from './job-record.js';
import type { EncodedRecord } from './codec.js';

/** `pause/<queue>`: its workers start nothing and finish what runs. */
export const pauseOrderSchema = z.object({
  v: z.literal(wireVersion),
  queue: z.string(),
  at: isoTime.describe('Since when.'),
});
export type PauseOrder = z.infer<typeof pauseOrderSchema>;

/** `limits/<queue>`: these hold instead of those of the queue's definition. */
export const limitsOrderSchema = z.object({
  v: z.literal(wireVersion),
  queue: z.string(),
  at: isoTime,
  limits: queueLimitsSchema,
});
export type LimitsOrder = z.infer<typeof limitsOrderSchema>;

/** An order of `jobs.control`: what an operator wants of a queue until the order is taken back; then `value` is null. */
export type Order =
  | { readonly kind: 'pause'; readonly queue: string; readonly value: PauseOrder | null }
  | { readonly kind: 'limits'; readonly queue: string; readonly value: LimitsOrder | null };

/** An order as a producer sends it, without its topic. */
export type EncodedOrder = Omit<EncodedRecord, 'value'> & { readonly value: string | null };

const schemas = {
  pause: pauseOrderSchema,
  limits: limitsOrderSchema,
} as const satisfies Record<Order['kind'], z.ZodType>;

/**
 * The bytes of an order. Its key names its kind and queue, so that the compacted topic keeps the newest of each; an order that is
 * taken back is a tombstone.
 */
export function encodeOrder({ kind, queue, value }: Order): EncodedOrder {
  return { key: `${kind}/${queue}`, value: value && JSON.stringify(value), headers: {} };
}

/**
 * Reads an order. Never throws: the result says why an order can't be read. Undefined for a kind that this reader does not know.
 */
export function decodeOrder(
  key: Buffer | null,
  value: Buffer | null,
): Order | { readonly detail: string } | undefined {
  const [kind = '', queue, ...more] = key?.toString().split('/') ?? [];
  if (!Object.hasOwn(schemas, kind)) return undefined;
  if (!queue || more.length > 0) return { detail: `The key names no queue: ${key?.toString()}` };
  const known = kind as Order['kind'];
  if (value === null) return { kind: known, queue, value };
  try {
    const parsed = schemas[known].safeParse(JSON.parse(value.toString()));
    return parsed.success
      ? ({ kind: known, queue, value: parsed.data } as Order)
      : { detail: z.prettifyError(parsed.error) };
  } catch (error) {
    return { detail: `The value is not JSON: ${(error as Error).message}` };
  }
}
