import { z } from 'zod';
import { describeError, type AttemptEnding } from '@jobstream/lifecycle';
import { retryWishOf } from '../handlers/retry-wish.js';

/** How an attempt ended whose handler has returned or thrown. Plain data. */
export type HandlerEnding = Extract<
  AttemptEnding,
  { readonly kind: 'returned' | 'invalid-result' | 'threw' }
>;

/** The ending of an attempt whose handler has returned this. */
export function endByResult(schema: z.ZodType, returned: unknown): HandlerEnding {
  const result = check(schema, returned);
  if ('detail' in result) return { kind: 'invalid-result', detail: result.detail };
  try {
    const value = result.data ?? null;
    return { kind: 'returned', result: value, bytes: Buffer.byteLength(JSON.stringify(value)) };
  } catch (error) {
    return { kind: 'invalid-result', detail: `It is no JSON: ${describeError(error).message}` };
  }
}

/** The ending of an attempt whose handler has thrown this. */
export function endByError(thrown: unknown): HandlerEnding {
  return { kind: 'threw', error: describeError(thrown), retry: retryWishOf(thrown) };
}

/** A schema may throw too, e.g. when it has asynchronous parts: then no value fits it. */
export function check(
  schema: z.ZodType,
  value: unknown,
): { readonly data: unknown } | { readonly detail: string } {
  try {
    const parsed = schema.safeParse(value);
    return parsed.success ? { data: parsed.data } : { detail: z.prettifyError(parsed.error) };
  } catch (error) {
    return { detail: describeError(error).message };
  }
}
