import { z } from 'zod';
import { freeText } from '../../free-text.js';
import { maxFlowJobs } from '../../limits.js';
import { pageCursor, pageLimit } from '../fields/page-query.js';
import { submissionSchema } from '../jobs/submission.js';

/** The name of a job within its flow. */
export const stepNameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9_-]{1,100}$/,
    'Use 1 to 100 letters, digits, _ and -: no dot, which leads into a result.',
  );

/** What the failure of a job does to those that wait for it: they are cancelled, or they start and are told. */
export const failurePolicies = ['cancel', 'continue'] as const;
/** See {@link failurePolicies}. */
export type FailurePolicy = (typeof failurePolicies)[number];

/** A job of a flow: a submission with a name, and the names of the jobs that it waits for. */
export const flowJobSchema = submissionSchema
  .omit({ unique: true, runAt: true })
  .extend({
    name: stepNameSchema,
    type: freeText(200).describe('A job type, e.g. `image.thumbnail`.'),
    payload: z
      .unknown()
      .describe(
        'As of a submission. `{"$result": "render.key"}` stands for a field of the result of the job `render`, `{"$outcome": "render"}` for its state with result or error, `{"$outcomes": true}` for the list of those of all jobs in `after`.',
      ),
    after: z
      .array(stepNameSchema)
      .max(maxFlowJobs)
      .optional()
      .describe('It starts once these are final. Jobs that the payload refers to count as named here.'),
    delay: submissionSchema.shape.delay.describe('Counts from when it could start.'),
    expiresIn: submissionSchema.shape.expiresIn.describe('Counts from when it could start.'),
  })
  .meta({ id: 'FlowJob' });
/** See {@link flowJobSchema}. */
export type FlowJob = z.input<typeof flowJobSchema>;

/** `POST /v1/flows`: jobs that wait for each other. */
export const flowRequestSchema = z
  .strictObject({
    jobs: z.array(flowJobSchema).min(1).max(maxFlowJobs),
    onFailure: z
      .enum(failurePolicies)
      .default('cancel')
      .describe(
        '`cancel`: what depends on a job that fails is cancelled, and the flow ends as `failed`. `continue`: it starts all the same; the flow fails if a job fails for which no other waits.',
      ),
  })
  .meta({ id: 'FlowRequest' });
/** See {@link flowRequestSchema}. */
export type FlowRequest = z.input<typeof flowRequestSchema>;

/** Where a flow stands. `failing` and `cancelling`: it will end as `failed` or `cancelled` once the jobs that run have ended. */
export const flowStates = ['running', 'failing', 'cancelling', 'succeeded', 'failed', 'cancelled'] as const;
/** See {@link flowStates}. */
export type FlowState = (typeof flowStates)[number];

/**
 * Where a job of a flow stands: `waiting` for others; `ready` to be put into its queue; `started`: it is in its queue or beyond,
 * `GET /v1/jobs/{id}` tells more; or how it ended.
 */
export const stepStates = ['waiting', 'ready', 'started', 'succeeded', 'failed', 'cancelled'] as const;
/** See {@link stepStates}. */
export type StepState = (typeof stepStates)[number];

const count = z.int().min(0);

const flow = {
  id: z.uuidv7(),
  state: z.enum(flowStates),
  onFailure: z.enum(failurePolicies),
  parent: z.uuidv7().nullable().describe('The job whose handler made the flow.'),
  progress: z.object({
    total: count,
    succeeded: count,
    failed: count,
    cancelled: count.describe('Also those that will not start because others failed.'),
  }),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  links: z.object({ self: z.string() }),
};

/** A flow without its jobs: the answer to its submission, and an item of the list. */
export const flowSummarySchema = z.object(flow).meta({ id: 'FlowSummary' });
/** See {@link flowSummarySchema}. */
export type FlowSummary = z.infer<typeof flowSummarySchema>;

/** `GET /v1/flows/{id}`: the flow with its jobs, in the order in which they were submitted. */
export const flowViewSchema = z
  .object({
    ...flow,
    jobs: z.array(
      z.object({
        name: z.string(),
        id: z.uuidv7().describe('The id of the job. Until it has started there is no job of this id.'),
        type: z.string(),
        state: z.enum(stepStates),
        run: z.int().describe('The run of the job that counts for the flow.'),
        after: z.array(z.string()),
        error: z
          .object({ code: z.string(), message: z.string() })
          .nullable()
          .describe('Why it failed, where it did.'),
      }),
    ),
  })
  .meta({ id: 'FlowView' });
/** See {@link flowViewSchema}. */
export type FlowView = z.infer<typeof flowViewSchema>;

/** The query of `GET /v1/flows`. */
export const flowListQuerySchema = z.strictObject({
  state: z.enum(flowStates).optional().describe('In this state.'),
  cursor: pageCursor,
  limit: pageLimit(500, 50),
});
/** See {@link flowListQuerySchema}. */
export type FlowListQuery = z.output<typeof flowListQuerySchema>;

/** `GET /v1/flows`: newest first. `next` is null at the end. */
export const flowPageSchema = z
  .object({ items: z.array(flowSummarySchema), next: z.string().nullable() })
  .meta({ id: 'FlowPage' });
/** See {@link flowPageSchema}. */
export type FlowPage = z.infer<typeof flowPageSchema>;
