import { z } from 'zod';
import { priorities } from '../job-definition.js';
import { jobStates } from '../job-state.js';
import { jobErrorSchema } from '../records/job-record.js';
import { jobLinksSchema } from './submission.js';

/** An attempt's error as REST shows it: without its stack, which stays in the log. */
export const errorViewSchema = jobErrorSchema.pick({ code: true, message: true });
/** See {@link errorViewSchema}. */
export type ErrorView = z.infer<typeof errorViewSchema>;

/** `GET /v1/jobs/{id}`. What is not there yet is null. */
export const jobViewSchema = z.object({
  id: z.uuidv7(),
  type: z.string(),
  queue: z.string(),
  state: z.enum(jobStates),
  priority: z.enum(priorities),
  payload: z.unknown(),
  result: z.unknown(),
  error: errorViewSchema.nullable(),
  /** What the handler last reported. */
  progress: z.unknown(),
  run: z.int(),
  /** The attempt that runs, ran last, or is to start. */
  attempt: z.int(),
  maxAttempts: z.int(),
  /** Distinct starts of this run's attempts that are known of; more than `attempt` after redeliveries. */
  deliveries: z.int(),
  submittedFor: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** When the latest attempt that is known of was started. */
  startedAt: z.iso.datetime().nullable(),
  finishedAt: z.iso.datetime().nullable(),
  nextAttemptAt: z.iso.datetime().nullable(),
  links: jobLinksSchema,
});
/** See {@link jobViewSchema}. */
export type JobView = z.infer<typeof jobViewSchema>;
