import { z } from 'zod';
import { imageIdSchema } from '../rest/fields/image-id.js';
import type { RouteBody } from './route-contract.js';

/** A job's id in a path. */
export const jobIdParameter = z.uuidv7().describe('A job id, as the answer to its submission says.');

/** An image's id in a path. */
export const imageIdParameter = imageIdSchema.describe('The id that the uploader chose for the image.');

/** Headers of every route that makes jobs. */
export const submitHeaders = {
  'Idempotency-Key': z
    .string()
    .regex(/^[ -~]{1,255}$/)
    .optional()
    .describe(
      'All requests with the same key and body make one job and get the first answer, for 24 hours. Use a random UUID.',
    ),
  traceparent: z
    .string()
    .optional()
    .describe(
      'W3C Trace Context, which the handler gets. Default: the trace id is the job id without its dashes.',
    ),
};

/** The body of a route that takes none. */
export const noBodyAsked: RouteBody = {
  schema: z.strictObject({}),
  required: false,
  description: 'Nothing, or `{}`.',
};
