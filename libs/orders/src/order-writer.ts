import { encodeOrder, encodeRevocation, type Order, type Topics } from '@jobstream/contracts';
import type { RecordProducer, RecordReceipt } from '@jobstream/kafka';

/** Gives orders. One that may have been given already can be given again: the newest counts. */
export class OrderWriter {
  constructor(
    private readonly producer: RecordProducer,
    private readonly topics: Topics,
  ) {}

  /** @throws NeverSentError, UnacknowledgedError, RecordRefusedError */
  give(order: Order): Promise<RecordReceipt> {
    return this.producer.send({ topic: this.topics.control, ...encodeOrder(order) });
  }

  /** Tells every process that the API key is revoked. @throws what {@link give} throws */
  async revoke(keyId: string): Promise<void> {
    for (const each of encodeRevocation(keyId, new Date().toISOString()))
      await this.producer.send({ topic: this.topics.control, ...each });
  }
}
