import { z } from 'zod';
import { parseDuration } from '../../duration.js';
import { freeText } from '../../free-text.js';
import { priorities, type Priority } from '../../job-definition.js';
import { jobStates } from '../../job-state.js';
import { maxOrderingKeyLength, maxUniqueKeyLength } from '../../limits.js';
import { refineUnique, uniqueOptionFields } from '../../unique-rule.js';
import { receiverUrlSchema } from '../fields/receiver-url.js';

const yearMs = parseDuration('365d');
/** Milliseconds that a job may be delayed at most: ten years. */
export const maxDelayMs = parseDuration('3653d');

/** A duration as text; milliseconds once parsed. */
export const durationSchema = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h|d)$/, 'Write a whole number and a unit: 500ms, 60s, 10m, 2h or 7d.')
  .transform(parseDuration);

/** A priority by name or, as Celery has them, from 0 (first) to 9; its name once parsed. */
const prioritySchema = z.union(
  [z.enum(priorities), z.int().min(0).max(9).transform(priorityOfNumber)],
  'Take high, normal or low, or a number from 0 (first) to 9.',
);

function priorityOfNumber(number: number): Priority {
  if (number <= 3) return 'high';
  return number <= 6 ? 'normal' : 'low';
}

/** The unique key of a submission, and how it is held. */
export const uniqueSchema = z
  .strictObject({
    key: freeText(maxUniqueKeyLength).describe('Unique within the job type.'),
    ...uniqueOptionFields,
  })
  .superRefine(refineUnique)
  .meta({ id: 'Unique' });

/** `POST /v1/jobs`: asks for one job. */
export const submissionSchema = z.strictObject({
  type: z.string().describe('A job type, e.g. `image.thumbnail`.'),
  payload: z.unknown().describe('Checked by the schema of the type.'),
  submittedFor: freeText(256)
    .optional()
    .describe('The person or thing the job is for, as the submitter names it; a filter of the list.'),
  expiresIn: durationSchema
    .refine((ms) => ms > 0 && ms <= yearMs, 'Take more than nothing and at most 365d.')
    .optional()
    .describe(
      'A job that has not started this long after it was accepted ends as `expired`: `30s`, `10m`, `2h`, `7d`; at most a year.',
    ),
  priority: prioritySchema.optional().describe('Only where the queue has priorities.'),
  delay: durationSchema
    .refine((ms) => ms <= maxDelayMs, 'Take at most ten years.')
    .optional()
    .describe(
      'The job starts at the earliest this long after it was accepted: `30s`, `10m`, `7d`; at most ten years. Either this or `runAt`.',
    ),
  runAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe(
      'The job starts at this time at the earliest, ISO 8601; at once if it is past. At most ten years ahead.',
    ),
  orderingKey: freeText(maxOrderingKeyLength)
    .optional()
    .describe(
      "Jobs of one key run one after another. Wins over the definition's `orderBy`; such a job has no priority.",
    ),
  unique: uniqueSchema
    .optional()
    .describe("Keeps the jobs of one key from being two. Wins over the definition's `unique`."),
  notify: receiverUrlSchema
    .optional()
    .describe('Hears of the end of each run of the job by one signed POST: see the webhooks.'),
});
export type Submission = z.input<typeof submissionSchema>;
/** Everything of a submission but its type and payload. */
export type SubmissionOptions = Omit<Submission, 'type' | 'payload'>;

/** Where to go from a job. Paths on the same host. */
export const jobLinksSchema = z
  .object({ self: z.string(), history: z.string(), stream: z.string() })
  .meta({ id: 'JobLinks' });
export type JobLinks = z.infer<typeof jobLinksSchema>;

/** The links of a job. */
export function linksOf(id: string): JobLinks {
  const self = `/v1/jobs/${id}`;
  return { self, history: `${self}/history`, stream: `${self}/stream` };
}

/** 202 of `POST /v1/jobs`: the in-sync replicas have the job. */
export const acceptedJobSchema = z
  .object({
    id: z.uuidv7(),
    type: z.string(),
    queue: z.string(),
    state: z.enum(jobStates),
    run: z.int().min(1),
    createdAt: z.iso.datetime(),
    links: jobLinksSchema,
    existing: z
      .literal(true)
      .optional()
      .describe('The job was there before: it holds the unique key. `state` is as it was accepted.'),
  })
  .meta({ id: 'AcceptedJob' });
export type AcceptedJob = z.infer<typeof acceptedJobSchema>;
