import { z } from 'zod';

/** NUL, which Postgres' text can't hold, and halves of surrogate pairs, which UTF-8 can't. */
const unstorable = /[\0\ud800-\udfff]/u;

const unstorableFault = 'Leave out NUL characters and halves of surrogate pairs: they can not be stored.';

/** Whether a text comes back from Kafka and Postgres as it was given. */
export function isStorable(text: string): boolean {
  return !unstorable.test(text);
}

/**
 * Text in the words of whoever sends it, that is stored and shown: why, for whom, by which key. What can't be stored as it is would
 * be shown one way at first and another way later, so it is refused. One character at least.
 * @param most characters (UTF-16 code units)
 * @param text what is done to it before
 */
export function freeText(most: number, text = z.string()): z.ZodString {
  return text
    .min(1)
    .max(most)
    .regex(/^[^\x00]*$/, { error: unstorableFault, abort: true })
    .refine(isStorable, unstorableFault);
}

/** Why something is asked for, for whoever looks at it later. */
export const whySchema = freeText(500, z.string().trim());
