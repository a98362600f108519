import { z } from 'zod';
import type { EncodedRecord } from './codec.js';
import { isoTime, wireVersion } from './job-record.js';

/** On `jobs.cancels`: the run of the job, and those before it, are not to be started any more. Kept as long as requests. */
export const cancelSchema = z.object({
  v: z.literal(wireVersion),
  id: z.uuidv7(),
  run: z.int().min(1),
  queue: z.string(),
  at: isoTime.describe('When it was asked for.'),
});
export type Cancel = z.infer<typeof cancelSchema>;

/** The bytes of a cancel, keyed by the job. */
export function encodeCancel(cancel: Cancel): EncodedRecord {
  return { key: cancel.id, value: JSON.stringify(cancel), headers: {} };
}

/** Reads a cancel, its id in lower case. Never throws: the result says why a record can't be read. */
export function decodeCancel(value: Buffer | null): Cancel | { readonly detail: string } {
  try {
    const parsed = cancelSchema.safeParse(JSON.parse(value?.toString() ?? ''));
    if (!parsed.success) return { detail: z.prettifyError(parsed.error) };
    return { ...parsed.data, id: parsed.data.id.toLowerCase() };
  } catch (error) {
    return { detail: `The value is not JSON: ${(error as Error).message}` };
  }
}
