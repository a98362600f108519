import { z } from 'zod';

/**
 * `limit` of a list: a whole number in decimal digits, nothing that a language's own reading of numbers may add to them (`1e2`,
 * `0x10`, white space). Declared as the integer that it stands for.
 * @param most items a page has at most
 * @param usual as many as it has unless asked
 */
export function pageLimit(most: number, usual: number): z.ZodType<number> {
  const error = `Write a whole number from 1 to ${most}.`;
  return z
    .preprocess(
      (text) => (typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : text),
      z.int(error).min(1, error).max(most, error),
    )
    .default(usual)
    .describe(`Items of a page at most: 1 to ${most}, ${usual} unless given.`);
}

/** `cursor` of a list. What it says is the list's own: this is only what one can look like. */
export const pageCursor = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,1000}$/, 'Take the `next` of the page before, as it was.')
  .optional()
  .describe('The `next` of the page before.');
