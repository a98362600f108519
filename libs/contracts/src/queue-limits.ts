import { z } from 'zod';
import { freeText } from './free-text.js';

const perUnitMs = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
const ratePattern = /^([1-9]\d{0,6})\/([smh])$/;

/** Starts a second, minute or hour: `50/s`, `100/m`, `5/h`. */
export const rateSchema = z
  .string()
  .regex(ratePattern, 'Write how many may start a second, minute or hour: "50/s", "100/m", "5/h".');

/**
 * Milliseconds between two starts at a rate.
 * @throws RangeError when the text is not a rate
 */
export function intervalOfRate(rate: string): number {
  const [, count, unit] = ratePattern.exec(rate) ?? [];
  if (count === undefined) throw new RangeError(`"${rate}" is not a rate: write e.g. 50/s.`);
  return perUnitMs[unit as keyof typeof perUnitMs] / Number(count);
}

const limit = {
  rate: rateSchema.optional().describe('Starts in a time, all workers together: `50/s`.'),
  concurrency: z
    .int()
    .min(1)
    .max(10_000)
    .optional()
    .describe('Attempts that run at the same time, all workers together.'),
};

/** The limits of a queue, for all its workers together. An empty object limits nothing. */
export const queueLimitsSchema = z
  .strictObject({
    ...limit,
    perKey: z
      .strictObject({
        field: freeText(100).describe(
          'The field of the payload whose value is the key. Jobs without it have no key.',
        ),
        ...limit,
      })
      .refine(
        ({ rate, concurrency }) => rate !== undefined || concurrency !== undefined,
        'Give a rate, a concurrency or both.',
      )
      .optional()
      .describe('What limits the jobs that share a key.'),
  })
  .meta({ id: 'QueueLimits' });
export type QueueLimits = z.infer<typeof queueLimitsSchema>;
