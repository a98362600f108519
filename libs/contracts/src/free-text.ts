import { z } from 'zod';
import { isStorable } from './storable-text.js';

const unstorableFault = 'Leave out NUL characters and halves of surrogate pairs: they can not be stored.';

/**
 * Text of at least one character that is stored and shown in the sender's words: why, for whom, by which key. Refuses text that
 * Kafka or Postgres would change, because it would be shown in two ways.
 * @param maxLength characters (UTF-16 code units)
 * @param text changes the text before it is checked
 */
export function freeText(maxLength: number, text = z.string()): z.ZodString {
  return text
    .min(1)
    .max(maxLength)
    .regex(/^[^\x00]*$/, { error: unstorableFault, abort: true })
    .refine(isStorable, unstorableFault);
}

/** The reason for a request, shown to people later. */
export const whySchema = freeText(500, z.string().trim());
