import { z } from 'zod';
import { parseDuration } from '../../duration.js';
import { freeText } from '../../free-text.js';
import { priorities } from '../../job-definition.js';

/** The name of a schedule: lower case letters, digits and dashes. */
export const scheduleNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'Use 1 to 64 lower case letters, digits and dashes.');

/** The job that a schedule makes at each occurrence. */
export const scheduledJobSchema = z
  .strictObject({
    type: freeText(200).describe('A job type, e.g. `daily-stats`.'),
    payload: z.unknown().describe('Checked by the schema of the type.'),
    priority: z.enum(priorities).optional(),
    submittedFor: freeText(256).optional(),
  })
  .meta({ id: 'ScheduledJob' });
export type ScheduledJob = z.infer<typeof scheduledJobSchema>;

/** How to treat occurrences that were not fired in time: not at all, or by one job for all of them. */
export const misfirePolicies = ['skip', 'fire-once'] as const;
/** Whether a schedule fires while its last job is unfinished. */
export const overlapPolicies = ['allow', 'skip'] as const;

const stepSchema = z.string().superRefine((text, context) => {
  try {
    parseDuration(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
  }
});

const timing = {
  cron: freeText(200).optional().describe('Five fields, or six with the seconds first.'),
  timeZone: freeText(100).optional().describe('IANA name of the time zone of `cron`. Default UTC.'),
  every: stepSchema
    .optional()
    .describe('Instead of `cron`: equal steps, e.g. `300s`, in whole seconds, counted from 1970.'),
};

function refuseMixedTiming(
  { cron, every, timeZone }: { cron?: string; every?: string; timeZone?: string },
  context: z.RefinementCtx,
): void {
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: 'custom', path: [path], message });
  if (cron === undefined && every === undefined) refuse('cron', 'Give either cron or every.');
  if (cron !== undefined && every !== undefined) refuse('every', 'Give either cron or every, not both.');
  if (cron === undefined && timeZone !== undefined) refuse('timeZone', 'Only cron has a time zone.');
}

/** `PUT /v1/schedules/{name}`: the whole schedule. Either `cron` or `every`. */
export const scheduleSchema = z
  .strictObject({
    ...timing,
    misfire: z.enum(misfirePolicies).default('skip'),
    overlap: z.enum(overlapPolicies).default('allow'),
    paused: z.boolean().default(false),
    job: scheduledJobSchema,
  })
  .superRefine(refuseMixedTiming)
  .meta({ id: 'Schedule' });
export type ScheduleDefinition = z.infer<typeof scheduleSchema>;

/** `POST /v1/schedules/preview`: when a schedule would fire. */
export const scheduleTimingSchema = z
  .strictObject(timing)
  .superRefine(refuseMixedTiming)
  .meta({ id: 'ScheduleTiming' });
export type ScheduleTiming = z.infer<typeof scheduleTimingSchema>;

const clockChangeEffectSchema = z
  .enum(['moved', 'left_out', 'once', 'twice'])
  .describe(
    '`moved`: a time that the clock skips happens when it has moved; `left_out`: times that it skips do not happen; `once`: a time that comes twice happens the first time; `twice`: times that come twice happen both times.',
  );

/** The answer to {@link scheduleTimingSchema}. */
export const schedulePreviewSchema = z
  .object({
    times: z
      .array(
        z.object({
          at: z.iso.datetime(),
          local: z.iso
            .datetime({ offset: true })
            .describe('The same in the time zone of the schedule, with its distance from UTC.'),
          effect: clockChangeEffectSchema
            .nullable()
            .describe('Null where no change of the clock concerns it.'),
        }),
      )
      .describe('The next five; fewer where the calendar ends.'),
    clockChanges: z
      .array(
        z.object({
          at: z.iso.datetime().describe('When the clock moves.'),
          local: z.iso
            .datetime({ offset: true })
            .describe('The same, as the clock shows it when it has moved.'),
          effect: clockChangeEffectSchema,
          detail: z.string().describe('In words.'),
        }),
      )
      .describe(
        'Of the year that comes: the changes of the clock that skip or double a time, the next one first.',
      ),
  })
  .meta({ id: 'SchedulePreview' });
export type SchedulePreview = z.infer<typeof schedulePreviewSchema>;

/** The decision about one occurrence. */
export const scheduleFiringSchema = z
  .object({
    fireAt: z.iso.datetime().describe('The occurrence; of one fired by hand, when that was.'),
    state: z
      .enum(['pending', 'fired', 'ended', 'skipped', 'missed', 'refused'])
      .describe(
        '`pending`: its job is on the way; `fired`; `ended`: fired, and its end was seen (of schedules that do not overlap); `skipped`: the job before was unfinished, or another holds its unique key; `missed`: nobody fired it in time, nor those before; `refused`: intake refused the job.',
      ),
    jobId: z.uuidv7().describe('The job it made or would have made.'),
    detail: z.string().nullable().describe('Why it was skipped or refused.'),
  })
  .meta({ id: 'ScheduleFiring' });
export type ScheduleFiring = z.infer<typeof scheduleFiringSchema>;

/** `GET /v1/schedules/{name}`. */
export const scheduleViewSchema = z
  .object({
    name: z.string(),
    id: z
      .string()
      .describe(
        'A UUID. A schedule that is deleted and made anew under its name has another, and fires other jobs.',
      ),
    cron: z.string().nullable(),
    timeZone: z.string().nullable(),
    every: z.string().nullable(),
    misfire: z.enum(misfirePolicies),
    overlap: z.enum(overlapPolicies),
    paused: z.boolean(),
    job: scheduledJobSchema,
    origin: z
      .enum(['code', 'rest'])
      .describe('`code` as long as it is as the code declares it, `rest` once it was put.'),
    nextFireAt: z.iso.datetime().nullable().describe('Null while it is paused.'),
    nextFireTimes: z.array(z.iso.datetime()).describe('The next five; none while it is paused.'),
    lastFireAt: z.iso.datetime().nullable(),
    firings: z.array(scheduleFiringSchema).describe('The last ten decisions, newest first.'),
  })
  .meta({ id: 'ScheduleView' });
export type ScheduleView = z.infer<typeof scheduleViewSchema>;

/** `GET /v1/schedules`: all of them, by name, without their firings. */
export const scheduleListSchema = z
  .object({ items: z.array(scheduleViewSchema.omit({ firings: true })) })
  .meta({ id: 'ScheduleList' });
export type ScheduleList = z.infer<typeof scheduleListSchema>;
