import { z } from 'zod';

/**
 * `limit` of a list: a whole number in decimal digits alone, without the forms that a language may read too (`1e2`, `0x10`, white
 * space). Declared as an integer.
 * @param max items of a page at most
 * @param byDefault items of a page when the query does not say
 */
export function pageLimit(max: number, byDefault: number): z.ZodType<number> {
  const error = `Write a whole number from 1 to ${max}.`;
  return z
    .preprocess(
      (text) => (typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : text),
      z.int(error).min(1, error).max(max, error),
    )
    .default(byDefault)
    .describe(`Items of a page at most: 1 to ${max}. Default ${byDefault}.`);
}

/** `cursor` of a list. Checks only its characters; each list reads its own cursors. */
export const pageCursor = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,1000}$/, 'Use the `next` of the page before, unchanged.')
  .optional()
  .describe('The `next` of the page before.');
