import {
  NonRetryableError,
  RetryAfterError,
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
        throw retryOf(sent);
    }
  }
}

/** The attempt failed; another one follows by the ladder. */
class DeliveryFailedError extends Error {
  override readonly name = 'DeliveryFailedError';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

function retryOf({ error, afterMs }: { error: { code: string; message: string }; afterMs?: number }): Error {
  if (afterMs === undefined) return new DeliveryFailedError(error.code, error.message);
  return new RetryAfterError(`${afterMs}ms`, error.message, { code: error.code });
}
