import { z } from 'zod';
import { phases } from '../../job-state.js';
import { freeText } from '../../free-text.js';
import { topicKinds } from '../../topics.js';
import { pageCursor, pageLimit } from '../fields/page-query.js';
import { timeSchema } from '../jobs/job-view.js';

/** One of the platform's topics. */
export const topicViewSchema = z
  .object({
    name: z.string(),
    kind: z.enum(topicKinds),
    queue: z.string().nullable().describe('The queue that it is of.'),
    lane: z
      .string()
      .nullable()
      .describe('Of a topic that workers read: `high`, `normal`, `low`, `retry.5s`.'),
    partitions: z.array(
      z.object({
        partition: z.int(),
        start: z.int().describe('The lowest offset that is still there.'),
        end: z.int().describe('The offset after the last record.'),
        replicas: z.int(),
        inSync: z
          .int()
          .describe('Replicas that have all of it; fewer than `replicas` while a broker is away.'),
      }),
    ),
    records: z
      .int()
      .describe(
        'Offsets that are still there. Records are fewer where the topic is compacted, or has transactions.',
      ),
    cleanup: z
      .string()
      .nullable()
      .describe('`delete`, `compact` or both. Null, as are the next two, where the API may not ask.'),
    retentionMs: z.int().nullable().describe('Kafka deletes records of this age; null: none by age.'),
    maxRecordBytes: z.int().nullable().describe('A larger record is refused.'),
  })
  .meta({ id: 'TopicView' });
/** See {@link topicViewSchema}. */
export type TopicView = z.infer<typeof topicViewSchema>;

/** `GET /v1/topics`: by name. */
export const topicListQuerySchema = z.strictObject({
  queue: freeText(41).optional().describe('Only those of this queue.'),
  cursor: pageCursor,
  limit: pageLimit(500, 100),
});

/** 200 of `GET /v1/topics`. `next` is null at the end. */
export const topicPageSchema = z
  .object({ items: z.array(topicViewSchema), next: z.string().nullable() })
  .meta({ id: 'TopicPage' });
/** See {@link topicPageSchema}. */
export type TopicPage = z.infer<typeof topicPageSchema>;

const wholeNumber = (pattern: RegExp) =>
  z.string().regex(pattern, 'Write a whole number from 0.').transform(Number);

/** `GET /v1/topics/{topic}/records`: with neither `offset` nor `at` the newest. */
export const topicRecordsQuerySchema = z
  .strictObject({
    partition: wholeNumber(/^\d{1,9}$/)
      .optional()
      .describe('Default 0.'),
    offset: wholeNumber(/^\d{1,15}$/)
      .optional()
      .describe('From this offset on; the first that is still there, where it was deleted.'),
    at: timeSchema.optional().describe('From the first record of this time or later.'),
    limit: pageLimit(200, 50),
  })
  .refine(({ offset, at }) => offset === undefined || at === undefined, {
    path: ['at'],
    message: 'Give either offset or at.',
  });

/** Bytes of a record. */
export const shownBytesSchema = z
  .object({
    encoding: z.enum(['utf8', 'base64']).describe('`base64` where they are no UTF-8 text.'),
    text: z.string(),
  })
  .meta({ id: 'ShownBytes' });
/** See {@link shownBytesSchema}. */
export type ShownBytes = z.infer<typeof shownBytesSchema>;

/** A record as the log has it. */
export const recordViewSchema = z
  .object({
    partition: z.int(),
    offset: z.int(),
    time: z.iso.datetime().describe('When the log took it.'),
    key: shownBytesSchema.nullable(),
    headers: z
      .record(z.string(), z.string())
      .nullable()
      .describe('Null where they are more than 1,000 or 64 KiB, which no reader looks at.'),
    value: shownBytesSchema.nullable().describe('As it was written, with every digit. Null: a tombstone.'),
    valueBytes: z.int(),
    isJson: z.boolean().describe('Whether the value is JSON.'),
    job: z
      .object({
        id: z.uuidv7(),
        type: z.string(),
        run: z.int(),
        attempt: z.int(),
        phase: z.enum(phases),
      })
      .nullable()
      .describe('The job that it tells of.'),
    fault: z
      .string()
      .nullable()
      .describe(
        'Why no job can be read in it, on a topic that tells of jobs. Poison that was set aside is none.',
      ),
  })
  .meta({ id: 'RecordView' });
/** See {@link recordViewSchema}. */
export type RecordView = z.infer<typeof recordViewSchema>;

/** 200 of `GET /v1/topics/{topic}/records`. */
export const topicRecordsSchema = z
  .object({
    topic: z.string(),
    partition: z.int(),
    partitions: z.int().describe('How many the topic has.'),
    start: z.int().describe('The lowest offset that is still there.'),
    end: z.int().describe('The offset after the last record, when this was read.'),
    from: z.int().describe('Where this page begins.'),
    items: z.array(recordViewSchema),
    next: z
      .int()
      .nullable()
      .describe(
        'The `offset` of the next page; null at the end. It may come before `limit` records, even before any.',
      ),
    unreadable: z
      .string()
      .nullable()
      .describe('Why nothing behind these can be read: a batch that is damaged, or in an unknown format.'),
  })
  .meta({ id: 'TopicRecords' });
/** See {@link topicRecordsSchema}. */
export type TopicRecordsPage = z.infer<typeof topicRecordsSchema>;
