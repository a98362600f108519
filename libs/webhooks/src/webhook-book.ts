import type { JobId } from '@jobstream/contracts';
import { SharedCall } from '@jobstream/runtime';
import type { SignedWebhook } from './webhook.js';
import type { WebhookStore } from './webhook-store.js';

export interface WebhookBookOptions {
  readonly store: Pick<WebhookStore, 'listSigned'>;
  /** Milliseconds that only ever grow. */
  readonly monotonic: () => number;
}

/** How old what it tells may be: a change of a webhook counts for deliveries no later than that. */
const maxAgeMs = 1_000;

/** The webhooks with their secrets, in memory: a thousand deliveries a second ask Postgres once or twice. */
export class WebhookBook {
  private known: ReadonlyMap<JobId, SignedWebhook> = new Map();
  private readAt = -Infinity;
  private readonly reading = new SharedCall(() => this.read());

  constructor(private readonly options: WebhookBookOptions) {}

  /** The webhook of an id; undefined when there is none. Rejects while Postgres is away and what it knows is too old. */
  async find(id: JobId): Promise<SignedWebhook | undefined> {
    const isOld = this.options.monotonic() - this.readAt >= maxAgeMs;
    // What is read after this was asked is no older than the webhook.
    if (isOld || !this.known.has(id)) await this.reading.call();
    return this.known.get(id);
  }

  private async read(): Promise<void> {
    const readAt = this.options.monotonic();
    const webhooks = await this.options.store.listSigned();
    this.known = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
    this.readAt = readAt;
  }
}
