import { EndpointError } from '@jobstream/calls';
import {
  NonRetryableError,
  type HandlerOf,
  type JobContext,
  type PayloadOf,
  type ResultOf,
} from '@jobstream/contracts';
import { JobHandler } from '@jobstream/execution';
import { webhookDeliver } from '@jobstream/jobs';
import { WebhookSender, type DeliveryAttempt } from '@jobstream/webhooks';

type Deliver = typeof webhookDeliver;

/** Sends one event to one receiver. */
@JobHandler(webhookDeliver)
export class DeliverHandler implements HandlerOf<Deliver> {
  constructor(private readonly sender: WebhookSender) {}

  async handle(delivery: PayloadOf<Deliver>, context: JobContext<Deliver>): Promise<ResultOf<Deliver>> {
    const { id, signal } = context;
    const attempt: DeliveryAttempt = { id, signal, now: () => context.now() };
    const sent = await this.sender.send(delivery, attempt);
    switch (sent.kind) {
      case 'ended':
        return sent.result;
      case 'refused':
        throw new NonRetryableError(sent.error.message, { code: sent.error.code });
      case 'retry':
        throw new EndpointError(sent.error, sent.afterMs);
    }
  }
}
