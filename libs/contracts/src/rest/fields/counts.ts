import { z } from 'zod';
import { jobStates } from '../../job-state.js';
import { timeSchema } from '../jobs/job-view.js';
import { durationSchema } from '../jobs/submission.js';

const maxAgeLimitMs = 60_000;

/** `GET /v1/counts`: how many jobs there are, or were at `at`; of those created in `[since, until)` where that is given. */
export const countsQuerySchema = z.strictObject({
  at: timeSchema.optional().describe('As it was at this time; now unless given.'),
  since: timeSchema.optional().describe('Of the jobs created at this time or later.'),
  until: timeSchema.optional().describe('Of the jobs created before this time.'),
  maxAge: durationSchema
    .refine((ms) => ms <= maxAgeLimitMs, 'Counts are remembered for a minute at most.')
    .optional()
    .describe(
      'Counts that were made so long ago will do: `30s`; at most a minute. For those who ask again and again.',
    ),
});

/** 200 of `GET /v1/counts`. */
export const countsViewSchema = z
  .object({
    at: z.iso
      .datetime()
      .describe('The time of these counts: the time asked for, else when they were counted.'),
    total: z.int(),
    states: z.record(z.enum(jobStates), z.int()).describe('By state, with every state.'),
    items: z
      .array(z.object({ type: z.string(), queue: z.string(), state: z.enum(jobStates), count: z.int() }))
      .describe('By type, then queue, then state; zero counts are left out.'),
  })
  .meta({ id: 'CountsView' });
export type CountsView = z.infer<typeof countsViewSchema>;
