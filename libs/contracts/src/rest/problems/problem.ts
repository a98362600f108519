import { z } from 'zod';
import { jobStates } from '../../job-state.js';
import { batchItemSchema } from '../jobs/batch.js';
import { errorViewSchema } from '../jobs/job-view.js';
import { faultSchema } from './fault.js';
import { problemCodeSchema } from './problem-code.js';
import { problemKinds, type ProblemCode } from './problem-kind.js';

/** An error answer: a problem document (RFC 9457), sent as `application/problem+json`. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('The cause this time, and what to do next.'),
    instance: z.string().describe("Names this occurrence: the request's id, which is also in the log."),
    code: problemCodeSchema,
    errors: z.array(faultSchema).optional().describe('Each fault of an invalid request.'),
    id: z
      .uuidv7()
      .optional()
      .describe(
        'On `submit_unknown`: the id that the job has if it was accepted. On `job_not_unique`: the job that holds the key.',
      ),
    flow: z.uuidv7().optional().describe('On `job_not_started`: the flow that the job belongs to.'),
    state: z
      .enum(jobStates)
      .optional()
      .describe('On `report_not_ready` and `report_failed`: the state of its job.'),
    error: errorViewSchema.optional().describe('On `report_failed`: why, where its job left an error.'),
    items: z
      .array(batchItemSchema)
      .optional()
      .describe('For a batch without an acknowledged item: the answer for each item.'),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;

/** The fields of a {@link Problem} beside its code. */
export type ProblemDetails = Pick<Problem, 'detail' | 'errors' | 'id' | 'flow' | 'state' | 'error' | 'items'>;

/** The problem document of one occurrence. */
export function describeProblem(code: ProblemCode, details: ProblemDetails, instance: string): Problem {
  const { status, title } = problemKinds[code];
  const { detail, errors, id, flow, state, error, items } = details;
  return {
    type: `urn:jobstream:problem:${code}`,
    title,
    status,
    detail,
    instance,
    code,
    ...(errors && { errors }),
    ...(id !== undefined && { id }),
    ...(flow !== undefined && { flow }),
    ...(state && { state }),
    ...(error && { error }),
    ...(items && { items }),
  };
}
