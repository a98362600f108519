import { z } from 'zod';
import { parseDuration } from '../../duration.js';
import { freeText } from '../../free-text.js';
import { isQueueName, maxRetries, ownerDeathPolicies, submitScopes } from '../../job-definition.js';
import { maxCalledUrlLength } from '../../limits.js';
import { payloadPath } from '../../payload-path-schema.js';
import { queueLimitsSchema } from '../../queue-limits.js';
import { searchPathsSchema } from '../../search-paths.js';
import { uniqueRuleSchema } from '../../unique-rule.js';
import { durationSchema } from './submission.js';
import { jobTypeViewSchema } from './job-type.js';

/** Attempts of one type that one http-worker may be asked to run at the same time. */
const maxAttemptsInFlight = 1_000;
const maxTimeoutMs = parseDuration('1h');
/** Each delay has topics of its own. */
const maxDelays = 20;

const timeoutSchema = durationSchema.refine(
  (ms) => ms > 0 && ms <= maxTimeoutMs,
  'It has to be longer than nothing and at most 1h.',
);

const jsonSchema = z.record(freeText(1_000), z.unknown());

/** `PUT /v1/job-types/{type}`: a job type that an HTTP endpoint serves. */
export const endpointTypeSchema = z
  .strictObject({
    endpoint: z.strictObject({
      url: freeText(maxCalledUrlLength).describe(
        'Where jobs are sent by POST: http or https, no user name and no password.',
      ),
      timeout: timeoutSchema
        .prefault('60s')
        .describe('Time limit of one attempt, from connecting to the end of the answer.'),
      maxInFlight: z
        .int()
        .min(1)
        .max(maxAttemptsInFlight)
        .default(10)
        .describe('Attempts that run at the same time, in one http-worker.'),
    }),
    queue: z.strictObject({
      name: z
        .string()
        .refine(isQueueName, 'Use lower case letters, digits and dashes, and no name of the platform.'),
      priorities: z
        .boolean()
        .default(false)
        .describe('Whether it has lanes for jobs of high and low priority.'),
      limits: queueLimitsSchema.prefault({}),
    }),
    payload: jsonSchema.describe('JSON Schema (draft 2020-12) of the payload.'),
    result: jsonSchema
      .default({})
      .describe('JSON Schema of the answer’s body. By default it may be anything.'),
    retries: z.int().min(0).max(maxRetries).default(0).describe('After the first attempt.'),
    backoff: z
      .array(durationSchema)
      .max(maxDelays)
      .default([])
      .describe('The delay before each retry, in order; further retries repeat the last one.'),
    parkAfter: z.int().min(1).max(1_000).optional().describe('Replays after which a dead letter is parked.'),
    exclusive: z.boolean().optional().describe('Whether each attempt first takes a claim.'),
    onOwnerDeath: z.enum(ownerDeathPolicies).optional(),
    orderBy: freeText(200)
      .pipe(payloadPath)
      .optional()
      .describe('The field of the payload that orders: `customer.id`.'),
    unique: uniqueRuleSchema.optional().describe('How the jobs of one key are kept from being two.'),
    search: searchPathsSchema
      .optional()
      .describe('Paths of payload fields by whose values an index finds jobs: `["customer.id"]`.'),
    submitScope: z.enum(submitScopes).optional(),
  })
  .refine(({ retries, backoff }) => retries === 0 || backoff.length > 0, {
    path: ['backoff'],
    message: 'Retries need a backoff, e.g. ["60s"].',
  })
  .meta({ id: 'EndpointJobType' });
/** See {@link endpointTypeSchema}; durations in milliseconds. */
export type EndpointJobType = z.output<typeof endpointTypeSchema>;
/** The same as it is written: durations as text, and what has a default may be left out. */
export type EndpointJobTypeInput = z.input<typeof endpointTypeSchema>;

const secret = z.string().describe('`whsec_…`: signs what is sent to the endpoint. It is shown only here.');

/** 200 of `PUT /v1/job-types/{type}`. */
export const putJobTypeSchema = jobTypeViewSchema
  .extend({ secret: secret.nullable().describe('As it is shown once, when the type is made; later null.') })
  .meta({ id: 'PutJobType' });
/** See {@link putJobTypeSchema}. */
export type PutJobType = z.infer<typeof putJobTypeSchema>;

/** The longest time for which a secret stays valid beside the next one. */
const maxOverlapMs = parseDuration('7d');

/** `POST /v1/job-types/{type}/secret`. */
export const rotateSecretSchema = z
  .strictObject({
    validFor: durationSchema
      .refine((ms) => ms <= maxOverlapMs, 'It may be at most 7d.')
      .prefault('24h')
      .describe('How long the secret before signs as well, beside the new one.'),
  })
  .meta({ id: 'SecretRotation' });
/** See {@link rotateSecretSchema}. */
export type SecretRotation = z.input<typeof rotateSecretSchema>;

/** 200 of `POST /v1/job-types/{type}/secret`. */
export const newSecretSchema = z
  .object({
    type: z.string(),
    secret,
    beforeValidUntil: z.iso.datetime().describe('Until then the secret before signs as well.'),
  })
  .meta({ id: 'NewSecret' });
/** See {@link newSecretSchema}. */
export type NewSecret = z.infer<typeof newSecretSchema>;
