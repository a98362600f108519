import { z } from 'zod';
import { freeText, whySchema } from '../../free-text.js';
import { jobStates } from '../../job-state.js';
import { deadLetterReasons } from '../../records/dead-letter-reason.js';
import { originSchema } from '../../records/job-record.js';
import { errorViewSchema } from '../jobs/job-view.js';
import { pageCursor, pageLimit } from '../fields/page-query.js';
import { durationSchema } from '../jobs/submission.js';

/** Where a replay finds its jobs: among the requests of a queue, or among its dead letters. */
export const replaySources = ['history', 'dead-letters'] as const;
export type ReplaySource = (typeof replaySources)[number];

/** Jobs a second of a replay that does not say: a worker has room for them beside its live jobs. */
export const defaultReplayRate = 100;
/** Operations of one patch. */
export const maxPatchOperations = 100;
/** Faults that one replay keeps. */
export const maxReplayFaults = 100;
/** Ids of one filter. */
export const maxReplayIds = 5_000;

const pointerSchema = z
  .string()
  .max(1_000)
  .regex(/^(\/([^~/]|~[01])*)+$/, 'Write a JSON Pointer into the payload, e.g. /width.')
  .refine((path) => !path.split('/').includes('__proto__'), 'No payload has that field.');

const anyValue = z.unknown().refine((value) => value !== undefined, 'Give a value.');

/** One operation of a JSON Patch (RFC 6902); paths begin at the payload. */
export const patchOperationSchema = z.discriminatedUnion('op', [
  z.strictObject({ op: z.enum(['add', 'replace', 'test']), path: pointerSchema, value: anyValue }),
  z.strictObject({ op: z.literal('remove'), path: pointerSchema }),
  z.strictObject({ op: z.enum(['move', 'copy']), from: pointerSchema, path: pointerSchema }),
]);
/** A JSON Patch (RFC 6902) of a payload. */
export const patchSchema = z
  .array(patchOperationSchema)
  .min(1)
  .max(maxPatchOperations)
  .meta({ id: 'PayloadPatch' });
export type PayloadPatch = z.output<typeof patchSchema>;

/** Which of the jobs in the range are meant: those that meet every condition given. */
export const replayFilterSchema = z.strictObject({
  type: freeText(200).optional(),
  state: z.enum(jobStates).optional().describe('The state of the job now.'),
  errorCode: freeText(200).optional().describe('The code of the error it failed with, as is `message`.'),
  reason: z.enum(deadLetterReasons).optional().describe('Why it was set aside.'),
  message: freeText(500)
    .optional()
    .describe("Text in the error's message, in any letter case; `*` stands for any text."),
  olderThan: durationSchema.optional().describe('Recorded at least so long ago: `10m`, `2h`, `7d`.'),
  ids: z
    .array(z.uuidv7().transform((id) => id.toLowerCase()))
    .min(1)
    .max(maxReplayIds)
    .optional(),
});
export type ReplayFilter = z.output<typeof replayFilterSchema>;

const timeSchema = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

/** Where to begin in one partition. */
export const replayOffsetSchema = z.strictObject({
  topic: freeText(249).describe("The topic's whole name, e.g. `jobs.image`."),
  partition: z.int().min(0),
  offset: z.int().min(0),
});

/** `POST /v1/replays`. */
export const replayRequestSchema = z
  .strictObject({
    source: z.enum(replaySources),
    queue: freeText(41),
    from: timeSchema.optional().describe("Recorded at this time or later; default the log's start."),
    to: timeSchema.optional().describe('Recorded before this time; default now.'),
    fromOffsets: z
      .array(replayOffsetSchema)
      .min(1)
      .max(1_000)
      .optional()
      .describe('Instead of `from`: these partitions alone, each from its offset on.'),
    filter: replayFilterSchema.default({}),
    patch: patchSchema
      .optional()
      .describe(
        'Changes the payload of each job; a result that breaks the schema of its type is not replayed.',
      ),
    rate: z
      .int()
      .min(1, 'Take at least 1 job a second.')
      .max(10_000)
      .default(defaultReplayRate)
      .describe('Jobs a second at most.'),
    cap: z.int().min(1).max(100_000_000).optional().describe('Jobs at most.'),
    only: z
      .enum(['failed', 'all'])
      .default('failed')
      .describe(
        'Which of them run again: those that failed (dead-lettered or expired), or also those that succeeded or were cancelled.',
      ),
    dryRun: z.boolean().default(false).describe('Counts and changes nothing.'),
    why: whySchema.optional().describe('The reason, shown to people later; a dry run needs none.'),
  })
  .superRefine(({ from, to, fromOffsets, dryRun, why }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (from !== undefined && fromOffsets !== undefined)
      refuse('fromOffsets', 'Give either from or fromOffsets.');
    if (from !== undefined && to !== undefined && from >= to)
      refuse('to', 'The range is empty or reversed: `to` has to be later than `from`.');
    if (!dryRun && why === undefined) refuse('why', 'Give a reason: it stays with the replay.');
  })
  .meta({ id: 'ReplayRequest' });
/** A replay as it is sent: times are ISO 8601 in UTC or with an offset. */
export type ReplayRequestInput = z.input<typeof replayRequestSchema>;
/** A replay as it was asked for, defaults filled in; times are milliseconds since 1970. */
export type ReplayRequest = z.output<typeof replayRequestSchema>;

/** Why a job that met the filter is not replayed. */
export const skipReasons = [
  'succeeded',
  'cancelled',
  /** Not final yet. */
  'unfinished',
  /** The job has the run that would be made, or a later one: by another replay, or by this one. */
  'already_replayed',
  /** Dead-lettered again after as many replays as its type allows: to be named by id, or by the reason `parked`. */
  'parked',
  /** A dead letter in which no job could be read. */
  'poison',
] as const;
export type SkipReason = (typeof skipReasons)[number];

const countSchema = z.int().min(0);
const skipsSchema = z.partialRecord(z.enum(skipReasons), countSchema);

/** A job that a replay can not run, and why. */
export const replayFaultSchema = z.object({ id: z.uuidv7(), detail: z.string() }).meta({ id: 'ReplayFault' });
export type ReplayFault = z.infer<typeof replayFaultSchema>;

/** The counts of a dry run: 200 of `POST /v1/replays` with `dryRun`. */
export const replaySurveySchema = z
  .object({
    matched: countSchema,
    replayable: countSchema.describe('Of these: would run again.'),
    skipped: skipsSchema.describe('Of these, by reason: would be passed over.'),
    failed: countSchema.describe('Of these: the patch breaks the schema of their type.'),
    faults: z.array(replayFaultSchema).describe('The reasons, for the first hundred.'),
    byReason: z
      .record(z.string(), countSchema)
      .describe(
        'Those that would run again, by the reason of their dead letter or, without one, their state.',
      ),
    byType: z.record(z.string(), countSchema),
    complete: z
      .boolean()
      .describe(
        'False where the range was too long to be looked through in a request: the counts are of its beginning.',
      ),
  })
  .meta({ id: 'ReplaySurvey' });
export type ReplaySurvey = z.infer<typeof replaySurveySchema>;

/** The states of a replay; the last three are final. */
export const replayStates = ['pending', 'running', 'cancelling', 'finished', 'cancelled', 'failed'] as const;
export type ReplayState = (typeof replayStates)[number];

/** A replay. */
export const replayViewSchema = z
  .object({
    id: z.uuidv7(),
    state: z
      .enum(replayStates)
      .describe(
        '`pending` until a scheduler takes it; `cancelling` until the jobs it has reserved are in their queue; ' +
          '`failed` where three schedulers died of it.',
      ),
    source: z
      .enum([...replaySources, 'job', 'jobs'])
      .describe('`job` for one job that was named; `jobs` for an action on all that met a filter.'),
    queue: z.string().nullable().describe('Null where jobs of any queue may be meant.'),
    matched: countSchema.describe(
      'Records looked at so far that met the filter; each was replayed, skipped or failed.',
    ),
    replayed: countSchema,
    skipped: countSchema,
    failed: countSchema,
    skippedBy: skipsSchema,
    faults: z.array(replayFaultSchema).describe('Why jobs failed, for the first hundred.'),
    expected: countSchema
      .nullable()
      .describe('How many jobs it was to replay when it was asked for; null where that was not known.'),
    progress: z
      .number()
      .describe(
        'How far it has come, 0 to 1: of the jobs that it is to replay or, where their number is not known, of its range.',
      ),
    rate: z.int().nullable().describe('Jobs a second at most (null for one job), and so far.'),
    throughput: z.number().nullable(),
    eta: z.iso
      .datetime()
      .nullable()
      .describe(
        'When it will end at the present speed; null while that is not known, and once it has ended.',
      ),
    trouble: z.string().nullable().describe('Why it makes no progress now.'),
    failure: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .describe('Why it failed, and what to do next.'),
    only: z.enum(['failed', 'all']),
    filter: z.record(z.string(), z.unknown()),
    patch: z.array(z.unknown()).nullable(),
    cap: z.int().nullable(),
    from: z.iso.datetime().nullable(),
    to: z.iso.datetime().nullable(),
    why: z.string().nullable(),
    requestedBy: z
      .string()
      .nullable()
      .describe('The owner of the API key that asked for it; null where no key was needed.'),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    links: z.object({ self: z.string(), jobs: z.string() }),
  })
  .meta({ id: 'ReplayView' });
export type ReplayView = z.infer<typeof replayViewSchema>;

/** The query of a list that is read page by page. */
export const pageQuerySchema = z.strictObject({
  cursor: pageCursor,
  limit: pageLimit(500, 50),
});
export type PageQuery = z.output<typeof pageQuerySchema>;

/** The query of `GET /v1/replays` and `GET /v1/actions`. */
export const orderListQuerySchema = pageQuerySchema.extend({
  state: z
    .enum([...replayStates, 'open'])
    .optional()
    .describe('Those in this state; `open`: those that have not ended.'),
});
export type OrderListQuery = z.output<typeof orderListQuerySchema>;

/** `GET /v1/replays`: newest first. `next` is null at the end. */
export const replayPageSchema = z
  .object({ items: z.array(replayViewSchema), next: z.string().nullable() })
  .meta({ id: 'ReplayPage' });
export type ReplayPage = z.infer<typeof replayPageSchema>;

/** `GET /v1/replays/{id}/jobs`: the runs it made, by id. */
export const replayJobPageSchema = z
  .object({
    items: z.array(
      z.object({
        id: z.uuidv7(),
        run: z.int().describe('The run that it made.'),
        state: z
          .enum(['reserved', 'replayed', 'refused'])
          .describe('`reserved`: about to be put into its queue; `refused`: the broker does not take it.'),
        detail: z.string().nullable(),
        replayedAt: z.iso.datetime().nullable(),
      }),
    ),
    next: z.string().nullable(),
  })
  .meta({ id: 'ReplayJobPage' });
export type ReplayJobPage = z.infer<typeof replayJobPageSchema>;

/** `POST /v1/jobs/{id}/replay`; the body may be left out. */
export const jobReplaySchema = z
  .strictObject({
    patch: patchSchema.optional(),
    why: whySchema.optional(),
  })
  .meta({ id: 'JobReplay' });
export type JobReplay = z.infer<typeof jobReplaySchema>;

/** `GET /v1/queues/{queue}/dead-letters`: newest first, as the dead-letter topic holds them. */
export const deadLetterPageSchema = z
  .object({
    items: z.array(
      z.object({
        topic: z.string(),
        partition: z.int(),
        offset: z.int(),
        time: z.iso.datetime(),
        reason: z.enum(deadLetterReasons),
        error: errorViewSchema,
        origin: originSchema.describe('The record that was set aside.'),
        job: z
          .object({
            id: z.uuidv7(),
            type: z.string(),
            run: z.int(),
            attempts: z.int().describe('Attempts of that run that were started.'),
            state: z
              .enum(jobStates)
              .nullable()
              .describe('The state of the job now; null while the projection does not know it.'),
            currentRun: z.int().nullable(),
          })
          .nullable()
          .describe('Null for poison: no job could be read in it, and it can not be redriven.'),
      }),
    ),
    next: z.string().nullable(),
  })
  .meta({ id: 'DeadLetterPage' });
export type DeadLetterPage = z.infer<typeof deadLetterPageSchema>;
