import { z } from 'zod';
import { jobStates } from '../job-state.js';
import { maxBatchItems } from '../limits.js';
import { faultSchema, problemKinds, type ProblemCode } from './problem.js';

/** `POST /v1/jobs`: asks for one job. */
export const submissionSchema = z.strictObject({
  /** A job type, e.g. `image.thumbnail`. */
  type: z.string(),
  /** What the type's own schema says. */
  payload: z.unknown(),
  /** Whom the job is for, as the submitter names them; a filter of the list. */
  submittedFor: z.string().min(1).max(256).optional(),
});
/** See {@link submissionSchema}. */
export type Submission = z.infer<typeof submissionSchema>;

/** `POST /v1/jobs/batch`. Items are checked one by one, so that a faulty one does not hold back the others. */
export const batchSchema = z.strictObject({ items: z.array(z.unknown()).min(1).max(maxBatchItems) });

/** Where to go from a job. Paths on the same host. */
export const jobLinksSchema = z.object({ self: z.string() });
/** See {@link jobLinksSchema}. */
export type JobLinks = z.infer<typeof jobLinksSchema>;

/** The links of a job. */
export function linksOf(id: string): JobLinks {
  return { self: `/v1/jobs/${id}` };
}

/** 202 of `POST /v1/jobs`: the in-sync replicas have the job. */
export const acceptedJobSchema = z.object({
  id: z.uuidv7(),
  type: z.string(),
  queue: z.string(),
  state: z.enum(jobStates),
  run: z.int().min(1),
  createdAt: z.iso.datetime(),
  links: jobLinksSchema,
});
/** See {@link acceptedJobSchema}. */
export type AcceptedJob = z.infer<typeof acceptedJobSchema>;

/** Why an item of a batch was not accepted. `submit_unknown` carries the id that the job has if it was accepted all the same. */
export const itemErrorSchema = z.object({
  code: z.enum(Object.keys(problemKinds) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string(),
  /** Pointers into the item. */
  errors: z.array(faultSchema).optional(),
  id: z.uuidv7().optional(),
});
/** See {@link itemErrorSchema}. */
export type ItemError = z.infer<typeof itemErrorSchema>;

/** 202 of `POST /v1/jobs/batch`: at least one item was accepted. Items in the order given. */
export const batchAnswerSchema = z.object({
  accepted: z.int(),
  rejected: z.int(),
  items: z.array(
    z.union([
      z.object({ index: z.int(), id: z.uuidv7() }),
      z.object({ index: z.int(), error: itemErrorSchema }),
    ]),
  ),
});
/** See {@link batchAnswerSchema}. */
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;
