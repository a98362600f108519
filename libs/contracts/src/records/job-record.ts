import { z } from 'zod';
import { deadLetterReasons } from './dead-letter-reason.js';
import { priorities } from '../job-definition.js';
import { maxOrderingKeyLength } from '../limits.js';

/** The version every value carries as `v`. A reader that meets another one sets the record aside. */
export const wireVersion = 1;

/** A time on the wire: ISO 8601 with milliseconds, UTC. */
export const isoTime = z.iso.datetime();

/** What went wrong in an attempt, as stored and shown. */
export const jobErrorSchema = z
  .object({
    code: z.string().describe('Stable; what filters and alarms go by.'),
    message: z.string(),
    stack: z.string().optional(),
  })
  .meta({ id: 'JobError' });
export type JobError = z.infer<typeof jobErrorSchema>;

/** One start of a handler. Two starts of the same attempt (a redelivery) differ in `worker` or `at`. */
export const startSchema = z
  .object({
    worker: z.string().describe('The worker process: host, pid and a random part.'),
    at: isoTime.describe("When the handler was called, by the broker's time as the worker knows it."),
  })
  .meta({ id: 'Start' });
export type Start = z.infer<typeof startSchema>;

/** The part that all values share: every record can be the first that a reader sees of a job. */
const base = {
  v: z.literal(wireVersion),
  id: z.uuidv7(),
  type: z.string().min(1).max(200),
  queue: z.string().min(1).max(41),
  submittedFor: z.string().max(256).optional().describe('Whom the job is for, as the submitter names them.'),
};

const request = {
  ...base,
  payload: z.unknown(),
  priority: z.enum(priorities),
  maxAttempts: z
    .int()
    .min(1)
    .max(1_001)
    .describe('Attempts of one run at most, frozen when the job was accepted.'),
  orderingKey: z
    .string()
    .min(1)
    .max(maxOrderingKeyLength)
    .optional()
    .describe("Jobs of one ordering key run one after another; then it is also the record's key."),
  expiresAt: isoTime.optional().describe('A job that has not started by then ends as `expired`.'),
};

/** `queued`: a job request, on `jobs.<queue>` or one of its lanes. */
export const jobRequestSchema = z.object(request).meta({ id: 'JobRequest' });
export type JobRequest = z.infer<typeof jobRequestSchema>;

/** The request alone, without what a delay or a retry carries beside it. */
export function requestOf(value: JobRequest): JobRequest {
  return {
    v: value.v,
    id: value.id,
    type: value.type,
    queue: value.queue,
    submittedFor: value.submittedFor,
    payload: value.payload,
    priority: value.priority,
    maxAttempts: value.maxAttempts,
    orderingKey: value.orderingKey,
    expiresAt: value.expiresAt,
  };
}

/** `scheduled`, on `jobs.delayed`. */
export const delayedRequestSchema = z.object({ ...request, runAt: isoTime }).meta({ id: 'DelayedRequest' });
export type DelayedRequest = z.infer<typeof delayedRequestSchema>;

/** `retrying`: the request again, with why the last attempt failed. On a lane it is due at its append time plus the lane's delay; elsewhere at `dueAt`. */
export const retryRequestSchema = z
  .object({
    ...request,
    error: jobErrorSchema,
    start: startSchema,
    dueAt: isoTime.optional(),
  })
  .meta({ id: 'RetryRequest' });
export type RetryRequest = z.infer<typeof retryRequestSchema>;

/** `started` and `progress`, on `jobs.events`. */
export const runningEventSchema = z
  .object({
    ...base,
    start: startSchema,
    progress: z.unknown().optional().describe('What the handler last reported: any JSON.'),
  })
  .meta({ id: 'RunningEvent' });
export type RunningEvent = z.infer<typeof runningEventSchema>;

/** `succeeded`, on `jobs.events`. */
export const succeededEventSchema = z
  .object({
    ...base,
    start: startSchema,
    finishedAt: isoTime,
    result: z.unknown(),
  })
  .meta({ id: 'SucceededEvent' });
export type SucceededEvent = z.infer<typeof succeededEventSchema>;

/** `cancelled` and `expired`, on `jobs.events`: ended without a result; `start` is there if a handler had been called. */
export const endedEventSchema = z
  .object({
    ...base,
    start: startSchema.optional(),
    finishedAt: isoTime,
  })
  .meta({ id: 'EndedEvent' });
export type EndedEvent = z.infer<typeof endedEventSchema>;

/** Where a record stood when it was set aside. */
export const originSchema = z
  .object({
    topic: z.string(),
    partition: z.int().min(0),
    offset: z.int().min(0),
    at: isoTime.describe('Its append time.'),
  })
  .meta({ id: 'Origin' });
export type Origin = z.infer<typeof originSchema>;

/** `dead_lettered`, on `jobs.<queue>.dlq`, of a job that could be read. */
export const deadLetterSchema = z
  .object({
    ...request,
    reason: z.enum(deadLetterReasons),
    error: jobErrorSchema,
    attempts: z
      .int()
      .min(0)
      .describe('Attempts of this run that were started. 0 where none was, e.g. for an unknown type.'),
    start: startSchema.optional(),
    origin: originSchema,
  })
  .meta({ id: 'DeadLetter' });
export type DeadLetter = z.infer<typeof deadLetterSchema>;

/** On `jobs.<queue>.dlq` too, but of a record in which no job could be read: kept byte for byte, base64. It carries no `js-run`, `js-attempt` and `js-created`. */
export const poisonSchema = z
  .object({
    v: z.literal(wireVersion),
    reason: z.enum(deadLetterReasons),
    error: jobErrorSchema,
    origin: originSchema,
    raw: z.object({
      key: z.base64().nullable(),
      value: z
        .base64()
        .nullable()
        .describe(
          'Null for a tombstone; cut to fit where the record was oversize, `cut` then tells how many bytes it had.',
        ),
      cut: z.int().optional(),
      headers: z.record(z.string(), z.string()),
    }),
  })
  .meta({ id: 'Poison' });
export type Poison = z.infer<typeof poisonSchema>;
