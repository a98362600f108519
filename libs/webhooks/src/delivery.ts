import { deriveJobId, type JobId } from '@jobstream/contracts';
import { notifyName, type WebhookEvent } from '@jobstream/contracts/rest';
import { drawJob, type DrawnJob, type IntakeError } from '@jobstream/intake';
import { webhookDeliver } from '@jobstream/jobs';
import type { ToldRecord } from './event-of.js';
import { deliveredFor } from './webhook.js';

/** Where an event goes: to a webhook, or to the URL that the submission of its job names. */
export type Receiver = { readonly webhook: JobId } | { readonly notify: string };

export interface DeliveryOptions {
  /** How often a delivery is tried again. */
  readonly maxRetries: number;
  /** W3C trace context of the job that is told of. */
  readonly traceparent?: string | undefined;
}

/**
 * The job that sends an event to a receiver.
 * @returns IntakeError when no record can hold it
 */
export function drawDelivery(
  receiver: Receiver,
  event: WebhookEvent,
  id: JobId,
  { maxRetries, traceparent }: DeliveryOptions,
): DrawnJob | IntakeError {
  const webhook = 'webhook' in receiver ? receiver.webhook : notifyName;
  const payload =
    'webhook' in receiver
      ? { webhook, receiver: webhook, event }
      : { webhook, receiver: originOf(receiver.notify), url: receiver.notify, event };
  const rules = { ...webhookDeliver, maxAttempts: maxRetries + 1 };
  return drawJob(
    { submission: {}, rules, payload, submittedFor: deliveredFor(webhook), priority: 'normal' },
    id,
    { traceparent, claimed: true },
  );
}

/**
 * The id of the delivery of a record to a receiver. It follows from webhook, job and run: two ends of one run on the log are
 * copies, and the first one counts, as it does for the job. A dead letter is another delivery, because a success may follow it.
 */
export function deliveryId(
  receiver: Receiver,
  { phase, run, value }: ToldRecord,
  place: { readonly partition: number; readonly offset: number },
): JobId {
  const to = 'webhook' in receiver ? receiver.webhook : notifyName;
  return deriveJobId(value.id.toLowerCase(), `webhook:${to}:${run}:${kindOf(phase, place)}`);
}

function kindOf(
  phase: ToldRecord['phase'],
  { partition, offset }: { readonly partition: number; readonly offset: number },
): string {
  switch (phase) {
    case 'succeeded':
    case 'cancelled':
    case 'expired':
      return 'end';
    case 'dead_lettered':
      return 'dead-letter';
    case 'progress':
      return `progress:${partition}:${offset}`;
  }
}

/** What shares a limit of attempts: receivers of one origin. A URL that cannot be read fails when it is sent. */
function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : notifyName;
}
