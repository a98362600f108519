import { z } from 'zod';
import { maxBatchItems } from '../../limits.js';
import { faultSchema } from '../problems/fault.js';
import { problemCodeSchema } from '../problems/problem-code.js';

/** `POST /v1/jobs/batch`. Items are checked one by one, so that a faulty one does not hold back the others. */
export const batchSchema = z.strictObject({ items: z.array(z.unknown()).min(1).max(maxBatchItems) });

/** Why an item of a batch was not accepted. */
export const itemErrorSchema = z
  .object({
    code: problemCodeSchema,
    detail: z.string(),
    errors: z.array(faultSchema).optional().describe('Each fault, pointing into the item.'),
    id: z
      .uuidv7()
      .optional()
      .describe(
        'On `submit_unknown`: the id that the job has if it was accepted. On `job_not_unique`: the job that holds the key.',
      ),
  })
  .meta({ id: 'ItemError' });
export type ItemError = z.infer<typeof itemErrorSchema>;

/** The answer for one item of a batch: the id of its job, or why it was not accepted. */
export const batchItemSchema = z
  .union([
    z.object({
      index: z.int(),
      id: z.uuidv7(),
      existing: z.literal(true).optional().describe('The job was there before: it holds the unique key.'),
    }),
    z.object({ index: z.int(), error: itemErrorSchema }),
  ])
  .meta({ id: 'BatchItem' });
export type BatchItem = z.infer<typeof batchItemSchema>;

/** 202 of `POST /v1/jobs/batch`: at least one item was accepted. Items in the order given. */
export const batchAnswerSchema = z
  .object({
    accepted: z.int(),
    rejected: z.int(),
    items: z.array(batchItemSchema),
  })
  .meta({ id: 'BatchAnswer' });
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;
