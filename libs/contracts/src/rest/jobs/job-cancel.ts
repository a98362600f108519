import { z } from 'zod';
import { freeText } from '../../free-text.js';
import type { JobState } from '../../job-state.js';
import { durationSchema } from './submission.js';

const unfinished = ['scheduled', 'queued', 'running', 'retrying'] as const satisfies readonly JobState[];

/** 202 of `POST /v1/jobs/{id}/cancel`: the log has the cancel. */
export const cancelledJobSchema = z
  .object({
    id: z.uuidv7(),
    run: z.int(),
    state: z
      .enum(unfinished)
      .describe('When the cancel was taken. It ends as `cancelled`, unless it ends sooner.'),
    cancelRequested: z.literal(true),
  })
  .meta({ id: 'CancelledJob' });
export type CancelledJob = z.infer<typeof cancelledJobSchema>;

/** `POST /v1/jobs/cancel`: the unfinished jobs that meet every condition given. */
export const bulkCancelSchema = z
  .strictObject({
    type: freeText(200).optional(),
    queue: freeText(41).optional(),
    state: z.enum(unfinished).optional(),
    olderThan: durationSchema.optional().describe('Created longer ago than that: `1h`.'),
    dryRun: z.boolean().default(false).describe('Only counts them.'),
  })
  .refine(
    ({ type, queue, state, olderThan }) => [type, queue, state, olderThan].some((each) => each !== undefined),
    'Give a type, a queue, a state or an age: all jobs at once are not cancelled by accident.',
  )
  .meta({ id: 'BulkCancel' });
export type BulkCancel = z.infer<typeof bulkCancelSchema>;

/** 202 of `POST /v1/jobs/cancel`. */
export const bulkCancelledSchema = z
  .object({
    count: z.int().describe('Jobs whose cancel the log has; with `dryRun`, that would be cancelled.'),
    dryRun: z.boolean(),
  })
  .meta({ id: 'BulkCancelled' });
export type BulkCancelled = z.infer<typeof bulkCancelledSchema>;

/** The states of jobs that can be cancelled. */
export const unfinishedStates: readonly (typeof unfinished)[number][] = unfinished;
