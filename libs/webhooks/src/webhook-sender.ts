import type { PayloadOf, ResultOf } from '@jobstream/contracts';
import { newJobId } from '@jobstream/contracts';
import type { AuditStore } from '@jobstream/access';
import {
  healthOf,
  type CallEnding,
  type CallError,
  type CallSender,
  type ServerHealth,
} from '@jobstream/calls';
import type { webhookDeliver } from '@jobstream/jobs';
import type { Logger } from '@jobstream/runtime';
import type { Circuits } from './circuits.js';
import { decideDelivery, statusOf, type DeliveryVerdict } from './decide-delivery.js';
import type { WebhookBook } from './webhook-book.js';
import { idOf, notifyId, type SignedWebhook } from './webhook.js';
import type { WebhookStore } from './webhook-store.js';

export interface WebhookSenderOptions {
  readonly book: WebhookBook;
  readonly store: WebhookStore;
  readonly audit: AuditStore;
  readonly calls: CallSender;
  readonly circuits: Circuits;
  /** A webhook whose deliveries have all failed for so long is switched off, in milliseconds. */
  readonly maxFailingMs: number;
  readonly logger: Logger;
}

/** The delivery to make. */
type Delivery = PayloadOf<typeof webhookDeliver>;
/** What a delivery that ends has to say. */
type Delivered = ResultOf<typeof webhookDeliver>;

/** The attempt that makes it. */
export interface DeliveryAttempt {
  /** The job's: the same in every attempt and run, so that a receiver can tell a copy. */
  readonly id: string;
  readonly signal: AbortSignal;
  /** The brokers' time, in milliseconds since 1970. */
  now(): number;
}

/** What became of an attempt. */
export type SentDelivery =
  | { readonly kind: 'ended'; readonly result: Delivered }
  | Exclude<DeliveryVerdict, { readonly kind: 'delivered' }>;

/** Time limit of one call: a receiver has to take an event at once, and work on it later. */
const callTimeoutMs = 15_000;

/**
 * Sends deliveries to their receivers, and keeps count of those that fail. Its calls in flight to one receiver are bounded by the
 * limits of the queue.
 */
export class WebhookSender {
  constructor(private readonly options: WebhookSenderOptions) {}

  /** Makes one attempt. Rejects with the reason of the signal, or while Postgres is away. */
  async send(delivery: Delivery, attempt: DeliveryAttempt): Promise<SentDelivery> {
    const webhook = await this.options.book.find(idOf(delivery.webhook));
    const isPing = delivery.event.type === 'webhook.ping';
    const url = webhook?.url ?? delivery.url;
    if (!webhook || url === undefined) return ended(false, undefined, 'The webhook is deleted.');
    const obstacle = isPing ? undefined : obstacleOf(webhook);
    if (obstacle) return obstacle;
    const ending = await this.call(url, delivery, webhook, attempt, isPing);
    if (ending === undefined) return { kind: 'retry', error: circuitOpen };
    const verdict = decideDelivery(ending, attempt.now());
    await this.note(webhook, verdict, attempt);
    if (verdict.kind === 'delivered') return ended(true, verdict.status, null);
    return isPing ? ended(false, statusOf(ending), verdict.error.message) : verdict;
  }

  /** @returns undefined when the circuit of the receiver's origin lets no call pass; a ping always passes */
  private async call(
    url: string,
    { event }: Delivery,
    { secrets }: SignedWebhook,
    { id, signal, now }: DeliveryAttempt,
    isPing: boolean,
  ): Promise<CallEnding | undefined> {
    const pass = this.options.circuits.of(originOf(url)).enter();
    if (!pass && !isPing) return undefined;
    try {
      const body = JSON.stringify(event);
      const sentAt = now();
      const ending = await this.options.calls.send(
        { url, id, body, secrets, sentAt, timeoutMs: callTimeoutMs },
        signal,
      );
      pass?.end(receiverHealth(ending));
      return ending;
    } catch (error) {
      pass?.giveUp();
      throw error;
    }
  }

  private async note(
    webhook: SignedWebhook,
    verdict: DeliveryVerdict,
    attempt: DeliveryAttempt,
  ): Promise<void> {
    const { store, maxFailingMs } = this.options;
    const { id } = webhook;
    // The URLs of submissions have no common receiver that could fail.
    if (id === notifyId) return;
    if (verdict.kind === 'delivered') {
      if (webhook.failingSince) await store.noteSuccess(id);
      return;
    }
    const at = attempt.now();
    const isGone = verdict.kind === 'refused' && verdict.isGone;
    if (webhook.failingSince && at - webhook.failingSince.getTime() < maxFailingMs && !isGone) return;
    const failingSince = await store.noteFailure({ id, at });
    const lastFine = isGone ? at : at - maxFailingMs;
    if (failingSince && failingSince.getTime() <= lastFine) await this.switchOff(id, lastFine, attempt);
  }

  private async switchOff(id: string, lastFine: number, attempt: DeliveryAttempt): Promise<void> {
    const { store, audit, logger } = this.options;
    const at = attempt.now();
    const entry = {
      id: newJobId(at),
      at: new Date(at).toISOString(),
      who: null,
      keyId: null,
      action: 'webhook.switched-off',
      target: `/v1/webhooks/${id}`,
      requestId: attempt.id,
      status: 200,
    };
    const isOff = await store.switchOff({ id, at }, new Date(lastFine), (session) =>
      audit.append([entry], session),
    );
    if (isOff)
      logger.warn({ webhook: id, delivery: attempt.id }, 'webhook switched off: its deliveries fail');
  }
}

const circuitOpen: CallError = {
  code: 'receiver_failing',
  message: 'The calls of this receiver fail, so it is left alone for a moment.',
};

/** Why nothing is sent to a webhook. */
function obstacleOf({ pausedAt, switchedOffAt }: SignedWebhook): SentDelivery | undefined {
  if (switchedOffAt) {
    const message = 'The webhook was switched off. Resume it, then replay the dead letter.';
    return { kind: 'refused', error: { code: 'webhook_switched_off', message }, isGone: false };
  }
  if (!pausedAt) return undefined;
  return { kind: 'retry', error: { code: 'webhook_paused', message: 'The webhook is paused.' } };
}

/** A receiver that stays silent holds its places for long, so it counts as one that fails. */
function receiverHealth(ending: CallEnding): ServerHealth {
  return ending.kind === 'timed-out' ? 'failing' : healthOf(ending);
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

function ended(delivered: boolean, status: number | undefined, why: string | null): SentDelivery {
  return { kind: 'ended', result: { delivered, status: status ?? null, why } };
}
