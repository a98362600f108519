import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { AuditStore } from '@jobstream/access';
import { CallSender, callSettings } from '@jobstream/calls';
import { Database } from '@jobstream/database';
import { contextToken, loggerToken, provide, provideFrom } from '@jobstream/platform';
import { readSettings, type Logger, type ProcessContext } from '@jobstream/runtime';
import { Circuits, WebhookBook, WebhookSender, WebhookStore } from '@jobstream/webhooks';
import { z } from 'zod';
import { DeliverHandler } from './deliver.handler.js';

const dayMs = 24 * 3_600_000;

const webhookSettings = z.object({
  /** Days after which a webhook whose deliveries all fail is switched off. */
  WEBHOOK_SWITCH_OFF_DAYS: z.coerce.number().min(0.001).max(365).default(3),
});

/** Sends deliveries to receivers. Settings beside those of workers: `ENDPOINT_ALLOW`, `WEBHOOK_SWITCH_OFF_DAYS`. */
@Module({
  providers: [
    DeliverHandler,
    provide(WebhookStore, [Database]),
    provide(AuditStore, [Database]),
    provideFrom(
      callSettings,
      CallSender,
      ({ ENDPOINT_ALLOW }) => new CallSender({ allowed: ENDPOINT_ALLOW }),
    ),
    {
      provide: WebhookSender,
      inject: [contextToken, WebhookStore, AuditStore, CallSender, loggerToken],
      useFactory: createSender,
    },
  ],
})
export class WebhooksModule implements OnApplicationShutdown {
  constructor(@Inject(CallSender) private readonly calls: CallSender) {}

  async onApplicationShutdown(): Promise<void> {
    await this.calls.close();
  }
}

function createSender(
  { environment }: ProcessContext,
  store: WebhookStore,
  audit: AuditStore,
  calls: CallSender,
  logger: Logger,
): WebhookSender {
  const monotonic = () => performance.now();
  const { WEBHOOK_SWITCH_OFF_DAYS } = readSettings(webhookSettings, environment);
  return new WebhookSender({
    book: new WebhookBook({ store, monotonic }),
    store,
    audit,
    calls,
    circuits: new Circuits({ monotonic }),
    maxFailingMs: WEBHOOK_SWITCH_OFF_DAYS * dayMs,
    logger,
  });
}
