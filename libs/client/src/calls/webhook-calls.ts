import type {
  CreatedWebhook,
  DeliveryPage,
  JobView,
  PingedWebhook,
  SecretRotation,
  WebhookList,
  WebhookPatchInput,
  WebhookRequestInput,
  WebhookView,
} from '@jobstream/contracts/rest';
import { get, queryOf, type CallOptions, type PageOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** Which deliveries to list. */
export interface DeliveryListOptions extends PageOptions {
  /** Only deliveries in this state. Default: all. */
  readonly state?: JobView['state'];
}

/** The API waits for the receiver. */
const pingMs = 40_000;

/** The calls about webhooks: URLs that hear of the ends of jobs. A webhook is named by its id, or `notify`. Errors are those of every call. */
export class WebhookCalls {
  constructor(private readonly caller: HttpCaller) {}

  /** All webhooks, the newest first. */
  list({ signal }: CallOptions = {}): Promise<WebhookList> {
    return this.caller.read<WebhookList>(get('/v1/webhooks', signal));
  }

  /** @throws ProblemError `webhook_not_found` */
  read(id: string, { signal }: CallOptions = {}): Promise<WebhookView> {
    return this.caller.read<WebhookView>(get(pathOf(id), signal));
  }

  /**
   * Makes a webhook. The secret in the answer is shown this once.
   * @throws ProblemError `invalid_request` for a URL that events may not be sent to, `too_many_webhooks`
   */
  create(wish: WebhookRequestInput, { signal }: CallOptions = {}): Promise<CreatedWebhook> {
    return this.caller.read<CreatedWebhook>({
      method: 'POST',
      path: '/v1/webhooks',
      body: JSON.stringify(wish),
      repeatable: false,
      signal,
    });
  }

  /**
   * Changes the fields that are given; null takes a condition away.
   * @throws ProblemError `webhook_not_found`, `webhook_built_in`, `invalid_request`
   */
  patch(id: string, patch: WebhookPatchInput, { signal }: CallOptions = {}): Promise<WebhookView> {
    return this.caller.read<WebhookView>({
      method: 'PATCH',
      path: pathOf(id),
      body: JSON.stringify(patch),
      repeatable: true,
      signal,
    });
  }

  /** Deletes a webhook. Its deliveries that wait are not sent. @throws ProblemError `webhook_not_found`, `webhook_built_in` */
  delete(id: string, { signal }: CallOptions = {}): Promise<void> {
    return this.caller.call({ method: 'DELETE', path: pathOf(id), repeatable: true, signal });
  }

  /** Sends it nothing until it is resumed; its deliveries wait, for a day at most. @throws ProblemError `webhook_not_found` */
  pause(id: string, options: CallOptions = {}): Promise<WebhookView> {
    return this.order(id, 'pause', options);
  }

  /** Sends to it again, whether it was paused or switched off. @throws ProblemError `webhook_not_found` */
  resume(id: string, options: CallOptions = {}): Promise<WebhookView> {
    return this.order(id, 'resume', options);
  }

  /**
   * Sends a test event once, and says what became of it.
   * @throws ProblemError `webhook_not_found`, `webhook_built_in`; `delivery_pending` when no worker has sent it in time
   */
  ping(id: string, { signal }: CallOptions = {}): Promise<PingedWebhook> {
    return this.caller.read<PingedWebhook>({
      method: 'POST',
      path: `${pathOf(id)}/ping`,
      heldMs: pingMs,
      repeatable: false,
      signal,
    });
  }

  /**
   * Replaces the secret. The old one signs too for `validFor`, by default a day.
   * @throws ProblemError `webhook_not_found`
   */
  rotate(id: string, wish: SecretRotation = {}, { signal }: CallOptions = {}): Promise<CreatedWebhook> {
    return this.caller.read<CreatedWebhook>({
      method: 'POST',
      path: `${pathOf(id)}/secret`,
      body: JSON.stringify(wish),
      repeatable: false,
      signal,
    });
  }

  /** A page of what was and is to be sent to it. @throws ProblemError `webhook_not_found` */
  listDeliveries(id: string, { signal, ...page }: DeliveryListOptions = {}): Promise<DeliveryPage> {
    return this.caller.read<DeliveryPage>(get(`${pathOf(id)}/deliveries${queryOf(page)}`, signal));
  }

  private order(id: string, order: 'pause' | 'resume', { signal }: CallOptions): Promise<WebhookView> {
    return this.caller.read<WebhookView>({
      method: 'POST',
      path: `${pathOf(id)}/${order}`,
      repeatable: true,
      signal,
    });
  }
}

function pathOf(id: string): string {
  return `/v1/webhooks/${encodeURIComponent(id)}`;
}
