import type { Topics } from '@jobstream/contracts';
import {
  encodeCancel,
  encodeOrder,
  encodeRevocation,
  type Cancel,
  type Order,
} from '@jobstream/contracts/records';
import type { RecordProducer, RecordReceipt } from '@jobstream/kafka';

/** Writes orders. An order may be written again: the newest counts. */
export class OrderWriter {
  constructor(
    private readonly producer: RecordProducer,
    private readonly topics: Topics,
  ) {}

  /** @throws NeverSentError, UnacknowledgedError, RecordRefusedError */
  give(order: Order): Promise<RecordReceipt> {
    return this.producer.send({ topic: this.topics.control, ...encodeOrder(order) });
  }

  /** Tells every process that the API key is revoked. @throws what {@link give} throws; ClockUnknownError before the broker's first answer */
  async revoke(keyId: string): Promise<void> {
    for (const each of encodeRevocation(keyId, new Date(this.producer.brokerClock.now()).toISOString()))
      await this.producer.send({ topic: this.topics.control, ...each });
  }

  /** Cancels jobs, all or some of them. @throws NeverSentError, UnacknowledgedError, RecordRefusedError for the first that failed */
  async cancel(cancels: readonly Cancel[]): Promise<RecordReceipt[]> {
    const topic = this.topics.cancels;
    const outcomes = await this.producer.sendAll(
      cancels.map((cancel) => ({ topic, ...encodeCancel(cancel) })),
    );
    return outcomes.map((outcome) => {
      if ('error' in outcome) throw outcome.error;
      return outcome.receipt;
    });
  }
}
