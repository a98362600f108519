import { Counter, Gauge, type Registry } from 'prom-client';
import type { WebhookEventType } from '@jobstream/contracts/rest';

/** The metrics of whoever makes deliveries. */
export class WebhookMetrics {
  private readonly deliveries: Counter<'event'>;

  /** @param lag the records that it has still to look at */
  constructor(registry: Registry, lag: () => number) {
    this.deliveries = new Counter({
      name: 'jobstream_webhook_deliveries_total',
      help: 'Deliveries made for receivers, by the event that they tell.',
      labelNames: ['event'],
      registers: [registry],
    });
    new Gauge({
      name: 'jobstream_webhook_lag_records',
      help: 'Records of ended jobs that no webhook has heard of yet.',
      registers: [registry],
      collect() {
        this.set(lag());
      },
    });
  }

  countDelivery(event: WebhookEventType): void {
    this.deliveries.inc({ event });
  }
}
