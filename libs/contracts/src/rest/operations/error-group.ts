import { z } from 'zod';
import { freeText } from '../../free-text.js';
import { pageCursor, pageLimit } from '../fields/page-query.js';
import { timeSchema } from '../jobs/job-view.js';

/** The id of an error group: 16 hex digits. */
export const errorGroupIdSchema = z
  .string()
  .regex(
    /^[0-9a-f]{16}$/,
    'Write the 16 hex digits of an error group, as `GET /v1/error-groups` lists them.',
  );

/** Dead letters of a group that are counted. */
export const maxCountedLetters = 1_001;
/** Characters of a note. */
export const maxNoteLength = 2_000;

/** Failures that are alike: the same type, code, shape of the message and place in the code. */
export const errorGroupSchema = z
  .object({
    id: z.string().describe('Follows from its errors: 16 hex digits, the same in a rebuild.'),
    other: z
      .boolean()
      .describe(
        'Whether it counts errors that found no room in a group of their own: a type has 200 groups at most. No filter finds its jobs.',
      ),
    type: z.string().describe('Of the latest failure, as are `queue`, `code`, `message` and `jobId`.'),
    queue: z.string(),
    code: z.string(),
    message: z.string(),
    jobId: z.uuidv7(),
    count: z
      .int()
      .describe('Failures: attempts that failed and are tried again, and dead letters, each by its record.'),
    firstAt: z.iso.datetime().describe('When the log took the first failure.'),
    lastAt: z.iso.datetime(),
    trend: z
      .array(z.int())
      .describe(
        'Failures in each of the last 24 hours of the clock, the oldest first. The last is not over.',
      ),
    deadLetters: z
      .int()
      .nullable()
      .describe('Jobs that are dead letters with such an error now, counted to 1,001. Null for `other`.'),
    muted: z.boolean().describe('Whether it is muted now.'),
    mutedUntil: z.iso.datetime().nullable().describe('When it is heard again; null for no end.'),
    note: z.string().nullable().describe('What people have noted of it.'),
  })
  .meta({ id: 'ErrorGroup' });
export type ErrorGroup = z.infer<typeof errorGroupSchema>;

/** `GET /v1/error-groups/{id}`. */
export const errorGroupDetailSchema = errorGroupSchema
  .extend({
    stack: z
      .string()
      .nullable()
      .describe('Of the latest failure. Null where it has none, or where its job is kept no longer.'),
  })
  .meta({ id: 'ErrorGroupDetail' });
export type ErrorGroupDetail = z.infer<typeof errorGroupDetailSchema>;

/** The query of `GET /v1/error-groups`. */
export const errorGroupQuerySchema = z.strictObject({
  type: freeText(200).optional().describe('Whose latest failure was of this job type.'),
  queue: freeText(41).optional().describe('Whose latest failure was in this queue.'),
  muted: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Only muted ones, or only those that are not.'),
  deadLetters: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional()
    .describe('Only those of which jobs are dead letters now, or only those of which none is.'),
  since: timeSchema.optional().describe('Whose latest failure was at this time or later.'),
  cursor: pageCursor,
  limit: pageLimit(100, 50),
});
export type ErrorGroupQuery = z.output<typeof errorGroupQuerySchema>;

/** 200 of `GET /v1/error-groups`. */
export const errorGroupPageSchema = z
  .object({ items: z.array(errorGroupSchema), next: z.string().nullable() })
  .meta({ id: 'ErrorGroupPage' });
export type ErrorGroupPage = z.infer<typeof errorGroupPageSchema>;

/** `PATCH /v1/error-groups/{id}`: what is not given stays. */
export const errorGroupPatchSchema = z
  .strictObject({
    muted: z
      .union([z.boolean(), timeSchema])
      .optional()
      .describe('`true`, `false`, or the time until which it is muted.'),
    note: freeText(maxNoteLength).nullable().optional().describe('A note, or null for none.'),
  })
  .refine((patch) => Object.keys(patch).length > 0, 'Give muted, note or both.')
  .meta({ id: 'ErrorGroupPatch' });
export type ErrorGroupPatch = z.output<typeof errorGroupPatchSchema>;
