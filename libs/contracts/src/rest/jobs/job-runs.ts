import { z } from 'zod';
import { jobStates } from '../../job-state.js';
import { deadLetterReasons } from '../../records/dead-letter-reason.js';
import { pageLimit } from '../fields/page-query.js';
import { errorViewSchema } from './job-view.js';

const recordPlaceSchema = z
  .object({ topic: z.string(), partition: z.int(), offset: z.int() })
  .meta({ id: 'RecordPlace' });
/** Where a record stands in the log. */
export type RecordPlace = z.infer<typeof recordPlaceSchema>;

/** Why runs begin. */
export const runCauses = ['submitted', 'replay', 'flow', 'unknown'] as const;

/** Why a run began. */
export const runCauseSchema = z
  .object({
    kind: z
      .enum(runCauses)
      .describe(
        '`submitted`: the first run. `replay`: a replay made it, or an action. `flow`: the replay of its flow. `unknown`: a replay that is forgotten, three months after its end.',
      ),
    replay: z.uuidv7().nullable().describe('The replay that made it.'),
    requestedBy: z.string().nullable().describe('Who asked for that replay.'),
    why: z.string().nullable().describe('The reason that they gave.'),
    patch: z.array(z.unknown()).nullable().describe('How it changed the payload: a JSON Patch (RFC 6902).'),
  })
  .meta({ id: 'RunCause' });
/** See {@link runCauseSchema}. */
export type RunCause = z.infer<typeof runCauseSchema>;

/** A run of a job. A field without a value yet is null. */
export const runViewSchema = z
  .object({
    run: z.int(),
    state: z.enum(jobStates).describe('Where it stands; of each run but the newest, where it ended.'),
    cause: runCauseSchema,
    acceptedAt: z.iso.datetime().nullable().describe('When the log took its request.'),
    startedAt: z.iso
      .datetime()
      .nullable()
      .describe('When its handler was called first, where that is known.'),
    finishedAt: z.iso.datetime().nullable().describe('When the log took its end.'),
    attempts: z.int().describe('Attempts that were started.'),
    error: errorViewSchema.nullable(),
    reason: z.enum(deadLetterReasons).nullable().describe('Why it was dead-lettered.'),
    request: recordPlaceSchema.nullable().describe('The record of its request.'),
    outcome: recordPlaceSchema.describe('The record that its state is from.'),
    payload: z.unknown().describe('Null unless asked for, as is `result`.'),
    result: z.unknown(),
    missing: z.array(z.enum(['payload', 'result'])).describe('What was asked for and the log no longer has.'),
  })
  .meta({ id: 'RunView' });
/** See {@link runViewSchema}. */
export type RunView = z.infer<typeof runViewSchema>;

/** `GET /v1/jobs/{id}/runs`: the newest run first. */
export const jobRunsQuerySchema = z.strictObject({
  payload: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true')
    .describe('`true`: with payload and result. Those of earlier runs are read from the log.'),
  cursor: z
    .string()
    .regex(/^[1-9]\d{0,8}$/, 'Use the `next` of the page before, unchanged.')
    .transform(Number)
    .optional()
    .describe('The `next` of the page before.'),
  limit: pageLimit(50, 20),
});

/** 200 of `GET /v1/jobs/{id}/runs`. `next` is null at the end. */
export const jobRunPageSchema = z
  .object({ items: z.array(runViewSchema), next: z.string().nullable() })
  .meta({ id: 'JobRunPage' });
/** See {@link jobRunPageSchema}. */
export type JobRunPage = z.infer<typeof jobRunPageSchema>;
