import { z } from 'zod';
import { isTypeName } from '../../job-definition.js';
import { freeText } from '../../free-text.js';
import { finalStates, jobStates } from '../../job-state.js';
import { deadLetterReasons } from '../../records/dead-letter-reason.js';
import { errorViewSchema } from '../jobs/job-view.js';
import { pageCursor, pageLimit } from '../fields/page-query.js';
import { receiverUrlSchema } from '../fields/receiver-url.js';

/** Webhooks of a platform at most: each process that looks for their ends keeps all of them in memory. */
export const maxWebhooks = 1_000;
/** Job types that one webhook names at most. */
export const maxWebhookTypes = 100;
/** Bytes of a result or of a progress, as JSON, that an event carries. A larger one is left out. */
export const maxEventValueBytes = 64 * 1024;
/** The name, in place of an id, of the sender that tells the URLs that submissions name with `notify`. */
export const notifyName = 'notify';
/** The kinds of events that a receiver hears of. */
export const webhookEventTypes = [
  'job.succeeded',
  'job.dead_lettered',
  'job.cancelled',
  'job.expired',
  'job.progress',
  'webhook.ping',
] as const;
export type WebhookEventType = (typeof webhookEventTypes)[number];

/** A job, as an event tells of it. */
const eventJobSchema = z
  .strictObject({
    id: z.uuidv7(),
    type: z.string(),
    queue: z.string(),
    state: z.enum(jobStates),
    run: z.int().min(1),
    attempt: z.int().min(0),
    submittedFor: z.string().nullable(),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    result: z.unknown().optional().describe('Of a job that succeeded.'),
    progress: z.unknown().optional().describe('Of `job.progress`: what the handler reported.'),
    isCut: z
      .literal(true)
      .optional()
      .describe(
        `The result or the progress has more than ${maxEventValueBytes} bytes and is left out. Read the job.`,
      ),
    error: errorViewSchema.optional().describe('Of a dead letter, as is `reason`.'),
    reason: z.enum(deadLetterReasons).optional(),
  })
  .meta({ id: 'WebhookJob' });

/** The body of each POST to a receiver. */
export const webhookEventSchema = z
  .strictObject({
    type: z.enum(webhookEventTypes),
    timestamp: z.iso
      .datetime()
      .describe('When it happened; the header `webhook-timestamp` says when it was sent.'),
    data: z.union([eventJobSchema, z.strictObject({ webhook: z.string() })]),
  })
  .meta({ id: 'WebhookEvent' });
export type WebhookEvent = z.infer<typeof webhookEventSchema>;
/** The `data` of an event about a job. */
export type WebhookEventJob = z.infer<typeof eventJobSchema>;

const conditions = {
  types: z
    .array(z.string().refine(isTypeName, 'Use lower case words joined by dots, e.g. image.thumbnail.'))
    .min(1)
    .max(maxWebhookTypes)
    .describe('Only jobs of these types, whether they exist yet or not. Default: all.'),
  states: z
    .array(z.enum(finalStates))
    .min(1)
    .max(finalStates.length)
    .describe('Only these ends. Default: all.'),
  submittedFor: freeText(256).describe('Only jobs submitted for them. Default: all.'),
};
const progress = z.boolean().describe('Whether it hears of progress too. Default false.');

/** `POST /v1/webhooks`. */
export const webhookRequestSchema = z
  .strictObject({
    url: receiverUrlSchema.describe('Where the events are sent by POST.'),
    types: conditions.types.optional(),
    states: conditions.states.optional(),
    submittedFor: conditions.submittedFor.optional(),
    progress: progress.default(false),
  })
  .meta({ id: 'WebhookRequest' });
export type WebhookRequest = z.output<typeof webhookRequestSchema>;
/** {@link WebhookRequest} as it is sent. */
export type WebhookRequestInput = z.input<typeof webhookRequestSchema>;

/** `PATCH /v1/webhooks/{id}`: fields that are absent stay, null takes a condition away. */
export const webhookPatchSchema = z
  .strictObject({
    url: receiverUrlSchema.optional(),
    types: conditions.types.nullish(),
    states: conditions.states.nullish(),
    submittedFor: conditions.submittedFor.nullish(),
    progress: progress.optional(),
  })
  .meta({ id: 'WebhookPatch' });
export type WebhookPatch = z.output<typeof webhookPatchSchema>;
/** {@link WebhookPatch} as it is sent. */
export type WebhookPatchInput = z.input<typeof webhookPatchSchema>;

/** `GET /v1/webhooks/{id}`. */
export const webhookViewSchema = z
  .object({
    id: z.string().describe('A UUIDv7; `notify` for the sender that tells the URLs of submissions.'),
    url: z.string().nullable().describe('Null for `notify`.'),
    types: z.array(z.string()).nullable().describe('Null: all.'),
    states: z.array(z.enum(finalStates)).nullable().describe('Null: all.'),
    submittedFor: z.string().nullable().describe('Null: all.'),
    progress: z.boolean(),
    createdAt: z.iso.datetime(),
    pausedAt: z.iso.datetime().nullable().describe('While it is paused its deliveries wait.'),
    failingSince: z.iso
      .datetime()
      .nullable()
      .describe('When the first delivery failed since the last that succeeded.'),
    switchedOffAt: z.iso
      .datetime()
      .nullable()
      .describe(
        'When it was switched off, because it had failed for days. It hears of nothing until it is resumed.',
      ),
    previousSecretUntil: z.iso
      .datetime()
      .nullable()
      .describe('Until then deliveries are signed by the secret before as well.'),
  })
  .meta({ id: 'WebhookView' });
export type WebhookView = z.infer<typeof webhookViewSchema>;

/** `GET /v1/webhooks`: all of them, the newest first. */
export const webhookListSchema = z.object({ items: z.array(webhookViewSchema) }).meta({ id: 'WebhookList' });
export type WebhookList = z.infer<typeof webhookListSchema>;

/** 201 of `POST /v1/webhooks`. The secret is shown here and nowhere else. */
export const createdWebhookSchema = webhookViewSchema
  .extend({
    secret: z.string().describe('Verifies the signatures: `whsec_` and a key in base64. Shown once.'),
  })
  .meta({ id: 'CreatedWebhook' });
export type CreatedWebhook = z.infer<typeof createdWebhookSchema>;

/** 200 of `POST /v1/webhooks/{id}/ping`. */
export const pingedWebhookSchema = z
  .object({
    delivered: z.boolean().describe('Whether the receiver answered with 2xx.'),
    status: z.int().nullable().describe('Its HTTP status; null where none came.'),
    why: z.string().nullable().describe('Why it was not delivered.'),
    deliveryId: z.uuidv7().describe('The job that sent it; also the header `webhook-id`.'),
  })
  .meta({ id: 'PingedWebhook' });
export type PingedWebhook = z.infer<typeof pingedWebhookSchema>;

/** `GET /v1/webhooks/{id}/deliveries`. */
export const deliveryQuerySchema = z.strictObject({
  state: z.enum(jobStates).optional().describe('Deliveries in this state.'),
  cursor: pageCursor,
  limit: pageLimit(500, 50),
});

/** A delivery: a job that sends one event to one receiver. */
export const deliveryViewSchema = z
  .object({
    id: z.uuidv7().describe('The job that sends it; also the header `webhook-id`.'),
    event: z
      .enum(webhookEventTypes)
      .nullable()
      .describe('Null, as is `job`, in the rare moment before its request is known.'),
    job: z.uuidv7().nullable().describe('The job that it tells of; null for a ping.'),
    state: z
      .enum(jobStates)
      .describe('`succeeded`: the receiver answered with 2xx. `dead_lettered`: given up, can be redriven.'),
    attempt: z.int(),
    status: z.int().nullable().describe('The HTTP status of the receiver, where it succeeded.'),
    error: errorViewSchema.nullable(),
    nextAttemptAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'DeliveryView' });
export type DeliveryView = z.infer<typeof deliveryViewSchema>;

/** 200 of `GET /v1/webhooks/{id}/deliveries`: by the age of their jobs, the newest first. */
export const deliveryPageSchema = z
  .object({ items: z.array(deliveryViewSchema), next: z.string().nullable() })
  .meta({ id: 'DeliveryPage' });
export type DeliveryPage = z.infer<typeof deliveryPageSchema>;
