import { z } from 'zod';
import type { JobState } from '../../job-state.js';

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

/** The states of jobs that can be cancelled. */
export const unfinishedStates: readonly (typeof unfinished)[number][] = unfinished;
