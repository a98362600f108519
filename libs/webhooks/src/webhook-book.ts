import type { JobId } from '@jobstream/contracts';
import type { SignedWebhook } from './webhook.js';
import type { WebhookStore } from './webhook-store.js';

export interface WebhookBookOptions {
  readonly store: Pick<WebhookStore, 'listSigned'>;
  /** Milliseconds that only ever grow. */
  readonly monotonic: () => number;
}

/** How old what it tells may be: a change of a webhook counts for deliveries no later than that. */
const maxAgeMs = 1_000;

/** The webhooks with their secrets, in memory: a thousand deliveries a second ask Postgres once. */
export class WebhookBook {
  private known: ReadonlyMap<JobId, SignedWebhook> = new Map();
  private readAt = -Infinity;
  private reading: Promise<void> | undefined;

  constructor(private readonly options: WebhookBookOptions) {}

  /** The webhook of an id; undefined when there is none. Rejects while Postgres is away and what it knows is too old. */
  async find(id: JobId): Promise<SignedWebhook | undefined> {
    if (this.options.monotonic() - this.readAt >= maxAgeMs) await this.read();
    if (this.known.has(id)) return this.known.get(id);
    // What is being read may be older than the webhook. What is read after that is not.
    await this.reading;
    await this.read();
    return this.known.get(id);
  }

  private read(): Promise<void> {
    this.reading ??= this.readNow().finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async readNow(): Promise<void> {
    const readAt = this.options.monotonic();
    const webhooks = await this.options.store.listSigned();
    this.known = new Map(webhooks.map((webhook) => [webhook.id, webhook]));
    this.readAt = readAt;
  }
}
