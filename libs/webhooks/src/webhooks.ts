import { isJobId, type JobId } from '@jobstream/contracts';
import {
  notifyName,
  type CreatedWebhook,
  type WebhookEvent,
  type WebhookList,
  type WebhookPatch,
  type WebhookRequest,
  type WebhookView,
} from '@jobstream/contracts/rest';
import { newSigningSecret } from '@jobstream/contracts/signatures';
import type { Database } from '@jobstream/database';
import { IntakeError, intakeErrorOf, type JobIntake } from '@jobstream/intake';
import type { BrokerClock } from '@jobstream/kafka';
import { drawDelivery } from './delivery.js';
import { deliveredFor, idOf, notifyId, viewOf, type Webhook } from './webhook.js';
import { WebhookError } from './webhook-error.js';
import { WebhookStore } from './webhook-store.js';

export interface WebhooksOptions {
  readonly database: Database;
  readonly intake: JobIntake;
  readonly brokerClock: Pick<BrokerClock, 'now'>;
}

/** The operations on webhooks that REST offers. A webhook is named by its id; `notify` names the one that is built in. */
export class Webhooks {
  private readonly store: WebhookStore;

  constructor(private readonly options: WebhooksOptions) {
    this.store = new WebhookStore(options.database);
  }

  async list(): Promise<WebhookList> {
    return { items: (await this.store.list()).map(viewOf) };
  }

  /** @throws WebhookError `webhook_not_found` */
  async read(name: string): Promise<WebhookView> {
    return viewOf(found(name, await this.store.find(knownId(name))));
  }

  /**
   * Makes a webhook. It hears of every end that the log takes after this resolves.
   * @throws WebhookError `too_many_webhooks`; IntakeError `broker_unavailable`
   */
  async create(request: WebhookRequest): Promise<CreatedWebhook> {
    const id = await this.options.intake.drawId();
    const secret = newSigningSecret();
    const made = await this.store.create({ id, at: this.now() }, request, secret);
    if (made) return { ...viewOf(made), secret };
    throw new WebhookError('too_many_webhooks', 'Delete a webhook that nobody needs any more.');
  }

  /** @throws WebhookError `webhook_not_found`, `webhook_built_in` */
  async patch(name: string, patch: WebhookPatch): Promise<WebhookView> {
    return viewOf(found(name, await this.store.patch(ownId(name), patch)));
  }

  /** Deletes a webhook. Deliveries that wait end without being sent. @throws as {@link patch} does */
  async delete(name: string): Promise<void> {
    if (!(await this.store.delete(ownId(name)))) throw notFound(name);
  }

  /** @throws WebhookError `webhook_not_found` */
  async pause(name: string): Promise<WebhookView> {
    return viewOf(found(name, await this.store.pause({ id: knownId(name), at: this.now() })));
  }

  /** Ends a pause, and switches on a webhook that was switched off. @throws WebhookError `webhook_not_found` */
  async resume(name: string): Promise<WebhookView> {
    return viewOf(found(name, await this.store.resume({ id: knownId(name), at: this.now() })));
  }

  /** Replaces the secret; the one before stays valid for `validForMs`. @throws WebhookError `webhook_not_found` */
  async rotate(name: string, validForMs: number): Promise<CreatedWebhook> {
    const secret = newSigningSecret();
    return { ...viewOf(found(name, await this.store.rotate(knownId(name), secret, validForMs))), secret };
  }

  /**
   * Puts a delivery of a test event into the queue. It is tried once, also while the webhook is paused or switched off.
   * @returns the id of its job
   * @throws WebhookError as {@link patch} does; IntakeError as intake does
   */
  async ping(name: string): Promise<JobId> {
    const { intake } = this.options;
    const webhook = found(name, await this.store.find(ownId(name)));
    const id = await intake.drawId();
    const event: WebhookEvent = {
      type: 'webhook.ping',
      timestamp: new Date(this.now()).toISOString(),
      data: { webhook: webhook.id },
    };
    const drawn = drawDelivery({ webhook: webhook.id }, event, id, { maxRetries: 0 });
    if (drawn instanceof IntakeError) throw drawn;
    const [outcome] = await intake.produce([drawn]);
    if (outcome && 'error' in outcome) throw intakeErrorOf(outcome.error, id);
    return id;
  }

  /** For whom the jobs of its deliveries are, which finds them. @throws WebhookError `webhook_not_found` */
  async deliveredFor(name: string): Promise<string> {
    const { id } = await this.read(name);
    return deliveredFor(id);
  }

  private now(): number {
    return this.options.brokerClock.now();
  }
}

function knownId(name: string): JobId {
  if (name !== notifyName && !isJobId(name)) throw notFound(name);
  return idOf(name);
}

/** The id of a webhook that somebody has made. */
function ownId(name: string): JobId {
  const id = knownId(name);
  if (id !== notifyId) return id;
  const detail = `\`${notifyName}\` has no URL of its own: it tells those that submissions name.`;
  throw new WebhookError('webhook_built_in', detail);
}

function found(name: string, webhook: Webhook | undefined): Webhook {
  if (!webhook) throw notFound(name);
  return webhook;
}

function notFound(name: string): WebhookError {
  return new WebhookError('webhook_not_found', `There is no webhook "${name.slice(0, 100)}".`);
}
