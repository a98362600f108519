import { z } from 'zod';
import { defineJob, defineQueue, maxCalledUrlLength } from '@jobstream/contracts';
import { notifyName, webhookEventSchema } from '@jobstream/contracts/rest';

/** Attempts of one receiver that run at the same time, over all workers: a slow receiver takes no slot of the others. */
const maxInFlight = 64;

export const webhooksQueue = defineQueue('webhooks', {
  limits: { perKey: { field: 'receiver', concurrency: maxInFlight } },
});

/** Delays between the attempts of a delivery: a day, all together. */
const ladder = ['5s', '1m', '10m', '1h', '3h', '6h', '6h', '8h'] as const;
/** Retries of a delivery, unless the settings ask for fewer. */
export const maxDeliveryRetries = ladder.length;

/**
 * Sends one event to one receiver. Only the platform makes it: for each end of a job that a webhook hears of. It is kept from
 * submitters, because a receiver trusts what the platform has signed.
 */
export const webhookDeliver = defineJob({
  type: 'webhook.deliver',
  queue: webhooksQueue,
  payload: z.strictObject({
    webhook: z.union([z.literal(notifyName), z.uuidv7()]).describe('Whose secret signs the event.'),
    receiver: z
      .string()
      .max(maxCalledUrlLength)
      .describe('What shares a limit of attempts at the same time: a webhook, or an origin.'),
    url: z
      .string()
      .max(maxCalledUrlLength)
      .optional()
      .describe('Of `notify`; otherwise the webhook says it.'),
    event: webhookEventSchema,
  }),
  result: z.strictObject({
    delivered: z.boolean(),
    status: z.int().nullable().describe('HTTP status of the answer; null where there was none.'),
    why: z.string().nullable().describe('Why it was not delivered, and will not be.'),
  }),
  retries: maxDeliveryRetries,
  backoff: ladder,
  timeout: '30s',
  submitScope: 'operate',
});
