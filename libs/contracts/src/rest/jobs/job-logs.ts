import { z } from 'zod';
import { logLevels, logLineSchema } from '../../records/job-log.js';
import { pageLimit } from '../fields/page-query.js';

const counter = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'Write a whole number from 1.')
  .transform(Number);
const linePlace = /^(\d{1,15})\.(\d{1,4})$/;

/** Where a line is among those of its job: the offset of its record, and its number in that record. */
export interface LinePlace {
  readonly offset: number;
  readonly line: number;
}

/** The id of a line. */
export function lineId({ offset, line }: LinePlace): string {
  return `${offset}.${line}`;
}

/** `GET /v1/jobs/{id}/logs`: in the order in which they were logged. */
export const jobLogsQuerySchema = z.strictObject({
  run: counter.optional().describe('Of this run.'),
  attempt: counter.optional().describe('Of this attempt.'),
  after: z
    .string()
    .regex(linePlace)
    .transform((text): LinePlace => {
      const [, offset, line] = linePlace.exec(text)!;
      return { offset: Number(offset), line: Number(line) };
    })
    .optional()
    .describe('Lines after the one with this `id`.'),
  limit: pageLimit(500, 500),
});

/** A line that a handler has logged. */
export const jobLogLineSchema = z
  .object({
    id: z.string().describe('What to go on `after`. It rises within a job, and says nothing else.'),
    time: z.iso.datetime(),
    run: z.int(),
    attempt: z.int(),
    worker: z.string(),
    level: z.enum(logLevels),
    message: z.string().describe('Text without control characters, cut to 4,000 characters.'),
    fields: logLineSchema.shape.fields.unwrap().nullable().describe('What was logged beside the message.'),
    leftOut: z
      .int()
      .nullable()
      .describe('Of a line that the platform has put in place of others: how many. Null of all others.'),
  })
  .meta({ id: 'JobLogLine' });
export type JobLogLine = z.infer<typeof jobLogLineSchema>;

/** 200 of `GET /v1/jobs/{id}/logs`. */
export const jobLogPageSchema = z
  .object({
    items: z.array(jobLogLineSchema),
    next: z.string().nullable().describe('The `after` of the next page; null where no more lines are known.'),
  })
  .meta({ id: 'JobLogPage' });
export type JobLogPage = z.infer<typeof jobLogPageSchema>;
