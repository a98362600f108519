import { z } from 'zod';
import { isQueueName, isTypeName, maxRetries, ownerDeathPolicies, submitScopes } from '../job-definition.js';
import { maxCalledUrlLength } from '../limits.js';
import { payloadPath } from '../payload-path-schema.js';
import { queueLimitsSchema } from '../queue-limits.js';
import type { JobType } from '../job-type.js';
import { fingerprintOf } from '../fingerprint.js';
import { searchPathsSchema } from '../search-paths.js';
import { uniqueRuleSchema } from '../unique-rule.js';
import type { EncodedOrder } from './order.js';
import { isoTime, wireVersion } from './job-record.js';

/** Publications of one type that a record remembers beside its own. */
export const maxEarlierPublications = 20;

const publication = {
  fingerprint: z.string().max(64).describe('SHA-256 of the definition in canonical JSON, in hex.'),
  owner: z
    .string()
    .min(1)
    .max(214)
    .describe('Who serves the type: the name of the worker’s package, unless it says otherwise.'),
  publishedAt: isoTime,
};

/** One publication of a job type: of what, by whom and when. */
export const publicationSchema = z.object(publication);
/** See {@link publicationSchema}. */
export type Publication = z.infer<typeof publicationSchema>;

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

const jsonSchema = z.record(z.string(), z.unknown());

/** The value of a record of `jobs.types`. Its key is the name of the type, so the compacted topic keeps the newest; null takes the type back. */
export const jobTypeRecordSchema = z.object({
  v: z.literal(wireVersion),
  ...publication,
  type: z.string().refine(isTypeName, 'Use lower case words joined by dots.'),
  queue: z.object({
    name: z.string().refine(isQueueName, 'No queue can be called so.'),
    priorities: z.boolean(),
    limits: queueLimitsSchema,
  }),
  payload: jsonSchema.describe('JSON Schema (draft 2020-12) of the payload.'),
  result: jsonSchema.describe('JSON Schema (draft 2020-12) of the result.'),
  maxAttempts: z
    .int()
    .min(1)
    .max(maxRetries + 1),
  backoffMs: z.array(z.int().min(0)).max(maxRetries).readonly().describe('Milliseconds before each retry.'),
  parkAfter: z.int().min(1),
  timeoutMs: z.int().min(1),
  exclusive: z.boolean(),
  onOwnerDeath: z.enum(ownerDeathPolicies),
  orderBy: payloadPath.optional().describe('The field of the payload that orders: `customer.id`.'),
  unique: uniqueRuleSchema.optional().describe('How the jobs of one key are kept from being two.'),
  search: searchPathsSchema
    .optional()
    .describe('Paths of payload fields by whose values an index finds jobs.'),
  submitScope: z.enum(submitScopes),
  operateWhen: z
    .record(payloadPath, z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])).readonly())
    .optional()
    .describe('Values of payload fields that only a key with the scope `operate` submits.'),
  fetches: z.array(z.string()).readonly().describe('Fields of the payload that hold URLs to fetch.'),
  endpoint: z
    .object({
      url: z
        .string()
        .max(maxCalledUrlLength)
        .refine(isHttpUrl, 'Use the URL of an HTTP server: https://host/path.')
        .describe('Where jobs are sent by POST.'),
      maxInFlight: z.int().min(1).describe('Attempts that run at the same time, in one http-worker.'),
    })
    .optional()
    .describe('The HTTP endpoint that serves the type in place of a worker; absent where a worker does.'),
  earlier: z
    .array(publicationSchema)
    .max(maxEarlierPublications)
    .describe('What was published under this name before, newest first.'),
  rivals: z
    .array(publicationSchema)
    .max(maxEarlierPublications)
    .describe('Others that serve a type of this name while its owner does. Empty is as it should be.'),
});
/** See {@link jobTypeRecordSchema}. */
export type JobTypeRecord = z.infer<typeof jobTypeRecordSchema>;

/** The first publication of a job type by an owner. Its fingerprint is that of the whole definition. */
export function publishJobType(jobType: JobType, owner: string, publishedAt: string): JobTypeRecord {
  const fingerprint = fingerprintOf(jobType);
  return { v: wireVersion, fingerprint, owner, publishedAt, ...jobType, earlier: [], rivals: [] };
}

/** The bytes of a record of `jobs.types`, but for the topic. A null record takes the type back. */
export function encodeJobType(type: string, record: JobTypeRecord | null): EncodedOrder {
  return { key: type, value: record && JSON.stringify(record), headers: {} };
}

/** Reads a record of `jobs.types`. Never throws: what can not be read says why. */
export function decodeJobType(
  key: Buffer | null,
  value: Buffer | null,
): { readonly type: string; readonly record: JobTypeRecord | null } | { readonly detail: string } {
  const type = key?.toString() ?? '';
  if (!isTypeName(type))
    return { detail: `The key names no job type: ${JSON.stringify(type.slice(0, 200))}` };
  if (value === null) return { type, record: null };
  try {
    const parsed = jobTypeRecordSchema.safeParse(JSON.parse(value.toString()));
    if (!parsed.success) return { detail: z.prettifyError(parsed.error) };
    return parsed.data.type === type
      ? { type, record: parsed.data }
      : { detail: 'Key and value name two types.' };
  } catch (error) {
    return { detail: `The value is not JSON: ${(error as Error).message}` };
  }
}
