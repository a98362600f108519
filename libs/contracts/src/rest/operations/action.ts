import { z } from 'zod';
import { maxFilterLength } from '../../filter/job-filter.js';
import { freeText, whySchema } from '../../free-text.js';
import {
  defaultReplayRate,
  patchSchema,
  replayStates,
  replaySurveySchema,
  replayViewSchema,
} from './replay.js';

/** What is done to every job that meets a filter. */
export const actionKinds = ['cancel', 'replay'] as const;
export type ActionKind = (typeof actionKinds)[number];

/** Jobs a second of a cancel that does not say. */
export const defaultCancelRate = 2_000;

/** `POST /v1/actions`. */
export const actionRequestSchema = z
  .strictObject({
    action: z.enum(actionKinds),
    q: freeText(maxFilterLength).describe('Which jobs: a filter, as `GET /v1/jobs` takes it.'),
    only: z
      .enum(['failed', 'all'])
      .default('failed')
      .describe(
        'Of a replay: the jobs that failed (dead-lettered or expired), or also those that succeeded or were cancelled.',
      ),
    patch: patchSchema.optional().describe('Of a replay: changes the payload of each job.'),
    rate: z
      .int()
      .min(1, 'Take at least 1 job a second.')
      .max(10_000)
      .optional()
      .describe(
        `Jobs a second at most; default ${defaultReplayRate} for a replay, ${defaultCancelRate} for a cancel.`,
      ),
    cap: z.int().min(1).max(100_000_000).optional().describe('Jobs at most.'),
    dryRun: z.boolean().default(false).describe('Counts and changes nothing.'),
    why: whySchema.optional().describe('The reason, shown to people later; a dry run needs none.'),
  })
  .superRefine(({ action, patch, dryRun, why }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (action === 'cancel' && patch) refuse('patch', 'A cancel changes no payload. Leave the patch out.');
    if (!dryRun && why === undefined) refuse('why', 'Give a reason: it stays with the action.');
  })
  .meta({ id: 'ActionRequest' });
/** An action as it is sent. */
export type ActionRequestInput = z.input<typeof actionRequestSchema>;
/** An action as it was asked for, defaults filled in. */
export type ActionRequest = z.output<typeof actionRequestSchema>;

const countSchema = z.int().min(0);

/** The counts of a dry run: 200 of `POST /v1/actions` with `dryRun`. */
export const actionSurveySchema = z
  .object({
    action: z.enum(actionKinds),
    matched: countSchema.describe(
      'Jobs that meet the filter now; of a cancel, those of them that have not ended.',
    ),
    actionable: countSchema.describe('Of these: would be cancelled, or run again.'),
    skipped: replaySurveySchema.shape.skipped.describe('Of these, by reason: would be left alone.'),
    failed: countSchema.describe('Of these: can not be run again, for a reason in `faults`.'),
    faults: replaySurveySchema.shape.faults,
    byState: z.record(z.string(), countSchema).describe('Those that would be changed, by their state now.'),
    byType: z.record(z.string(), countSchema),
    complete: z
      .boolean()
      .describe('False where there were more jobs than could be looked through in a request.'),
  })
  .meta({ id: 'ActionSurvey' });
export type ActionSurvey = z.infer<typeof actionSurveySchema>;

/** What an action shows as a replay does. */
const { id, skipped, failed, skippedBy, faults, throughput, trouble, failure } = replayViewSchema.shape;
const { patch, cap, why, requestedBy, createdAt, startedAt, finishedAt } = replayViewSchema.shape;

/** An action. */
export const actionViewSchema = z
  .object({
    id,
    action: z.enum(actionKinds),
    q: z.string(),
    state: z
      .enum(replayStates)
      .describe(
        '`pending` until a scheduler takes it; `cancelling` until what it has begun is done; `failed` where three schedulers died of it.',
      ),
    matched: countSchema.describe('Jobs looked at so far; each was done, skipped or failed.'),
    done: countSchema.describe('Jobs that were cancelled, or whose next run is in its queue.'),
    skipped,
    failed,
    skippedBy,
    faults,
    expected: countSchema
      .nullable()
      .describe('How many jobs it was to change when it was asked for; null where that was not known.'),
    progress: z
      .number()
      .nullable()
      .describe('How far it has come, 0 to 1; null where the number of jobs is not known.'),
    rate: z.int().describe('Jobs a second at most, and so far.'),
    throughput,
    eta: z.iso
      .datetime()
      .nullable()
      .describe('When it will end at the present speed; null while that is not known.'),
    trouble,
    failure,
    only: z.enum(['failed', 'all']).nullable().describe('Null for a cancel, as is `patch`.'),
    patch,
    cap,
    why,
    requestedBy,
    createdAt,
    startedAt,
    finishedAt,
    links: z.object({ self: z.string() }),
  })
  .meta({ id: 'ActionView' });
export type ActionView = z.infer<typeof actionViewSchema>;

/** `GET /v1/actions`: newest first. `next` is null at the end. */
export const actionPageSchema = z
  .object({ items: z.array(actionViewSchema), next: z.string().nullable() })
  .meta({ id: 'ActionPage' });
export type ActionPage = z.infer<typeof actionPageSchema>;
