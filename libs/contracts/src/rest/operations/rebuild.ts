import { z } from 'zod';
import { whySchema } from '../../free-text.js';

/** The states of a rebuild; the last three are final. */
export const rebuildStates = ['pending', 'reading', 'comparing', 'swapped', 'failed', 'cancelled'] as const;
export type RebuildState = (typeof rebuildStates)[number];

/** Whether the new generation becomes the live one only if it equals it, or in any case. */
export const swapPolicies = ['when-equal', 'always'] as const;
export type SwapPolicy = (typeof swapPolicies)[number];

/** `POST /v1/rebuilds`: the status of all jobs is made again from the log, beside the live one. */
export const rebuildRequestSchema = z
  .strictObject({
    swap: z
      .enum(swapPolicies)
      .default('when-equal')
      .describe(
        '`when-equal` takes the new generation only if every row of it equals the live one, and fails otherwise; ' +
          '`always` takes it in any case, so that the log corrects the live rows.',
      ),
    keepOld: z
      .boolean()
      .default(true)
      .describe(
        'Whether the generation that was live is kept, under a name of its own, until it is dropped.',
      ),
    why: whySchema.optional().describe('The reason, shown to people later.'),
  })
  .meta({ id: 'RebuildRequest' });
/** A rebuild as it is sent: what is left out gets its default. */
export type RebuildRequestInput = z.input<typeof rebuildRequestSchema>;
/** A rebuild as it was asked for, defaults filled in. */
export type RebuildRequest = z.infer<typeof rebuildRequestSchema>;

/** A row that differs between the two generations. */
export const differenceSchema = z
  .object({
    table: z.enum(['jobs', 'job_transitions', 'rejected_records']),
    key: z.string().describe('The job id, and topic, partition and offset where those are part of the key.'),
    only: z
      .enum(['live', 'rebuilt'])
      .nullable()
      .describe('The generation that alone has the row; null where both have it.'),
    columns: z.array(z.string()).describe('The columns that differ; none where only one has the row.'),
  })
  .meta({ id: 'Difference' });
export type Difference = z.infer<typeof differenceSchema>;

/** How many rows differ, and the first of them. */
export const differencesSchema = z
  .object({ total: z.int(), first: z.array(differenceSchema) })
  .meta({ id: 'Differences' });
export type Differences = z.infer<typeof differencesSchema>;

/** `GET /v1/rebuilds/{id}`. */
export const rebuildViewSchema = z
  .object({
    id: z.uuidv7(),
    state: z.enum(rebuildStates),
    swap: z.enum(swapPolicies),
    keepOld: z.boolean(),
    why: z.string().nullable(),
    generation: z.int().nullable().describe('The number of the new generation, once it is begun.'),
    progress: z.object({
      records: z.int().describe('Records read.'),
      total: z.int().describe('Records that the log holds.'),
      perSecond: z.number().nullable().describe('Records a second of late; null while nothing is read.'),
      etaSeconds: z.int().nullable().describe('Seconds to read the rest, at that rate.'),
    }),
    carried: z
      .int()
      .describe('Jobs carried over from the live generation: the log no longer holds their first record.'),
    compared: z.int().describe('Jobs compared so far.'),
    trouble: z.string().nullable().describe('Why it does not go on at present.'),
    differences: differencesSchema.nullable().describe('The rows that differ; null while none do.'),
    failure: z
      .object({ code: z.string(), message: z.string() })
      .nullable()
      .describe('Why it failed, and what to do next.'),
    keptSchema: z
      .string()
      .nullable()
      .describe(
        'The schema it left beside the live one: the old generation, or the new one that was not taken.',
      ),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
    links: z.object({ self: z.string() }),
  })
  .meta({ id: 'Rebuild' });
export type RebuildView = z.infer<typeof rebuildViewSchema>;

/** `GET /v1/rebuilds`: the last hundred, newest first. */
export const rebuildListSchema = z.object({ items: z.array(rebuildViewSchema) }).meta({ id: 'RebuildList' });
export type RebuildList = z.infer<typeof rebuildListSchema>;
