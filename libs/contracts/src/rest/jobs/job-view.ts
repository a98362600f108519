import { z } from 'zod';
import { maxFilterLength } from '../../filter/job-filter.js';
import { freeText } from '../../free-text.js';
import { priorities } from '../../job-definition.js';
import { maxErrorStackLength } from '../../limits.js';
import { jobStates } from '../../job-state.js';
import { deadLetterReasons } from '../../records/dead-letter-reason.js';
import { jobErrorSchema, originSchema } from '../../records/job-record.js';
import { pageCursor, pageLimit } from '../fields/page-query.js';
import { waitingForSchema } from '../operations/queue-view.js';
import { durationSchema, jobLinksSchema } from './submission.js';

/** An attempt's error as lists, streams and webhooks show it: without its stack. */
export const errorViewSchema = jobErrorSchema.pick({ code: true, message: true }).meta({ id: 'ErrorView' });
export type ErrorView = z.infer<typeof errorViewSchema>;

/** The error of one job, as `GET /v1/jobs/{id}` shows it. */
export const errorDetailSchema = errorViewSchema
  .extend({
    stack: z
      .string()
      .max(maxErrorStackLength)
      .nullable()
      .describe(
        'Where it was thrown. Null without one, and while the projection does not have the error yet.',
      ),
    group: z
      .string()
      .nullable()
      .describe('The group of errors that it is in. Null where `stack` is not known yet.'),
  })
  .meta({ id: 'ErrorDetail' });
export type ErrorDetail = z.infer<typeof errorDetailSchema>;

/** A job. A field without a value yet is null. */
export const jobViewSchema = z
  .object({
    id: z.uuidv7(),
    type: z.string(),
    queue: z.string(),
    state: z.enum(jobStates),
    priority: z
      .enum(priorities)
      .nullable()
      .describe(
        "Null, as are payload and `maxAttempts`, in the rare moment in which a job's end is known before its request.",
      ),
    payload: z.unknown(),
    result: z.unknown(),
    error: errorViewSchema.nullable(),
    reason: z.enum(deadLetterReasons).nullable().describe('Why the job was dead-lettered.'),
    progress: z.unknown().describe('The last progress that the handler reported.'),
    run: z.int(),
    attempt: z.int().describe('The attempt that runs, ran last, or is to start.'),
    maxAttempts: z.int().nullable(),
    deliveries: z
      .int()
      .describe(
        "Distinct starts of this run's attempts that are known of; more than `attempt` after redeliveries.",
      ),
    submittedFor: z.string().nullable(),
    traceId: z
      .string()
      .describe('The W3C trace that the job belongs to, as logs name it too: 32 hex digits.'),
    orderingKey: z.string().nullable(),
    notify: z.string().nullable().describe('The URL that hears of the end of each run.'),
    flow: z.uuidv7().nullable().describe('The flow that it is a step of.'),
    parent: z.uuidv7().nullable().describe('The job whose handler made it.'),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable().describe('When the latest attempt that is known of was started.'),
    finishedAt: z.iso.datetime().nullable(),
    nextAttemptAt: z.iso.datetime().nullable(),
    expiresAt: z.iso.datetime().nullable(),
    links: jobLinksSchema,
  })
  .meta({ id: 'JobView' });
export type JobView = z.infer<typeof jobViewSchema>;

/** `GET /v1/jobs/{id}`: the job, and why it waits; null while it runs and once it is final. */
export const jobDetailSchema = jobViewSchema
  .extend({
    error: errorDetailSchema.nullable(),
    children: z
      .array(z.uuidv7())
      .nullable()
      .describe('Jobs that its handler has made, the first hundred; null while that can not be told.'),
    waitingFor: waitingForSchema.nullable(),
    cancelRequested: z
      .boolean()
      .describe('Whether this run was asked to end. It ends as `cancelled`, unless it ended sooner.'),
  })
  .meta({ id: 'JobDetail' });
export type JobDetail = z.infer<typeof jobDetailSchema>;

const maxWaitMs = 60_000;

/** A time in a query, ISO 8601 with its zone or offset. */
export const timeSchema = z.iso.datetime({ offset: true }).pipe(z.coerce.date());

/**
 * `GET /v1/jobs/{id}`: with `wait` the answer comes as soon as the job is final, or after that time, at most a minute;
 * with `at` it is {@link jobAtSchema}.
 */
export const jobQuerySchema = z
  .strictObject({
    wait: durationSchema
      .refine((ms) => ms <= maxWaitMs, 'Wait a minute at most, then ask again.')
      .optional()
      .describe('Answer as soon as the job is final, or after that time: `30s`; at most a minute.'),
    at: timeSchema.optional().describe('The job as it was at this time.'),
  })
  .refine(({ wait, at }) => wait === undefined || at === undefined, {
    path: ['wait'],
    message: 'Give either wait or at: the past does not change.',
  });

/**
 * `GET /v1/jobs/{id}?at=`: the job as it was then, by the records that the log had taken. `progress` is not kept over time.
 * For a run before the newest, the fields that only its records hold are null: payload, result and the rest of its request.
 * `record` says where in the log they are.
 */
export const jobAtSchema = jobViewSchema
  .omit({ progress: true })
  .extend({
    at: z.iso.datetime().describe('The time asked for.'),
    since: z.iso.datetime().describe('When the job entered this state.'),
    record: z
      .object({ topic: z.string(), partition: z.int(), offset: z.int() })
      .describe('The record that the state was from.'),
  })
  .meta({ id: 'JobAt' });
export type JobAtView = z.infer<typeof jobAtSchema>;

/** A job as lists show it: as {@link jobViewSchema}, but with payload and result only where they were asked for. */
export const listedJobSchema = jobViewSchema
  .extend({
    payload: z.unknown().optional().describe('Only with `payload=true`, as is `result`.'),
    result: z.unknown().optional(),
  })
  .meta({ id: 'ListedJob' });
/** See {@link listedJobSchema}. */
export type ListedJob = z.infer<typeof listedJobSchema>;

/** `GET /v1/jobs`: the newest first, those that meet every condition given. */
export const jobListQuerySchema = z.strictObject({
  q: freeText(maxFilterLength)
    .optional()
    .describe(
      'A filter: `state:dead_lettered,expired -queue:probe type:image.* took:>30s`. See docs/filters.md.',
    ),
  type: freeText(200).optional().describe('Of this job type.'),
  queue: freeText(41).optional().describe('In this queue.'),
  state: z.enum(jobStates).optional().describe('In this state.'),
  submittedFor: freeText(256).optional().describe('Submitted for them.'),
  since: timeSchema.optional().describe('Created at this time or later.'),
  until: timeSchema.optional().describe('Created before this time.'),
  at: timeSchema
    .optional()
    .describe(
      'The jobs as they were at this time: those that the log had, each in the state that it had. Then `q` can name `state`, `queue`, `type`, `for`, `since`, `until`, `id`, `parent` and `flow`: of all else only the present is indexed.',
    ),
  payload: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('`true`: with payload and result.'),
  cursor: pageCursor,
  limit: pageLimit(500, 50),
});

/**
 * 200 of `GET /v1/jobs`. `next` is null at the end. A page may hold fewer jobs than asked for, even none, while `next`
 * is not null: rare jobs among many are found in bounded steps.
 */
export const jobPageSchema = z
  .object({
    items: z.array(listedJobSchema),
    next: z.string().nullable(),
    scannedTo: z
      .string()
      .nullable()
      .describe(
        'How far the jobs were looked through, where that ended before the page was full: a cursor, as `next` is.',
      ),
    indexed: z
      .object({
        path: z.string().describe('A path of the payload that the types declare in `search`.'),
        since: z.iso
          .datetime()
          .nullable()
          .describe('Jobs created since then are found by it, older ones are looked through; null for all.'),
      })
      .nullable()
      .describe('The index that finds the jobs; null where none does and the jobs are looked through.'),
  })
  .meta({ id: 'JobPage' });
export type JobPage = z.infer<typeof jobPageSchema>;

/** One transition of a job. */
export const transitionViewSchema = z
  .object({
    time: z.iso.datetime().describe('When the log took the record.'),
    state: z.enum(jobStates),
    run: z.int(),
    attempt: z.int(),
    worker: z.string().nullable(),
    startedAt: z.iso
      .datetime()
      .nullable()
      .describe("When the handler was called, by the broker's time as the worker knows it."),
    error: errorViewSchema.nullable(),
    nextAttemptAt: z.iso.datetime().nullable(),
    reason: z
      .enum(deadLetterReasons)
      .nullable()
      .describe(
        'Of a dead letter, as are `attempts` (how many were started) and `origin` (the record that was set aside).',
      ),
    attempts: z.int().nullable(),
    origin: originSchema.nullable(),
    topic: z.string(),
    partition: z.int(),
    offset: z.int(),
    superseded: z
      .boolean()
      .describe(
        'It has no part in what the job shows of its run: a copy, or an end of the run where another end counts.',
      ),
  })
  .meta({ id: 'TransitionView' });

export type TransitionView = z.infer<typeof transitionViewSchema>;

/** 200 of `GET /v1/jobs/{id}/history`: every transition, in the order of the job's life. */
export const jobHistorySchema = z.object({ items: z.array(transitionViewSchema) }).meta({ id: 'JobHistory' });
export type JobHistory = z.infer<typeof jobHistorySchema>;
