import { z } from 'zod';
import { jobTypeRecordSchema, publicationSchema } from '../../records/job-type-record.js';

const { type, queue, ...rules } = jobTypeRecordSchema.omit({ v: true }).shape;

/** A job type as whoever looks for one sees it. */
export const jobTypeSchema = z
  .object({
    type,
    version: z.int().describe('The offset of its record: a later publication has a larger one.'),
    fingerprint: rules.fingerprint,
    owner: rules.owner,
    publishedAt: rules.publishedAt,
    queue: queue.shape.name,
    rivals: z
      .array(publicationSchema)
      .describe('Others that serve a type of this name while its owner does: a fault to be mended.'),
  })
  .meta({ id: 'JobTypeSummary' });
/** See {@link jobTypeSchema}. */
export type JobTypeSummary = z.infer<typeof jobTypeSchema>;

/** Every job type that can be submitted, by name. */
export const jobTypeListSchema = z.object({ items: z.array(jobTypeSchema) }).meta({ id: 'JobTypeList' });
/** See {@link jobTypeListSchema}. */
export type JobTypeList = z.infer<typeof jobTypeListSchema>;

/** A job type, whole. */
export const jobTypeViewSchema = z
  .object({
    type,
    version: jobTypeSchema.shape.version,
    ...rules,
    queue,
    example: z.unknown().describe('A payload that the schema takes; null where none could be made.'),
    uncheckedPatterns: z
      .array(z.string())
      .describe('Patterns that take more than linear time: only the worker checks them.'),
    workers: z
      .int()
      .nullable()
      .describe('Worker processes that serve the definition in force; null while the brokers cannot tell.'),
  })
  .meta({ id: 'JobType' });
/** See {@link jobTypeViewSchema}. */
export type JobTypeView = z.infer<typeof jobTypeViewSchema>;
