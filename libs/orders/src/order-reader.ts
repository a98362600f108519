import type { Topics } from '@jobstream/contracts';
import { decodeCancel, decodeOrder, decodeRevocation, type Cancel } from '@jobstream/contracts/records';
import type { FollowedTopics, IncomingRecord } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { CancelBook } from './cancel-book.js';
import { OrderBook } from './order-book.js';

export interface OrderReaderOptions {
  readonly topics: Topics;
  readonly logger: Logger;
  /** Called after each change of {@link OrderReader.book}, once everything was read. */
  readonly onChange?: () => void;
  /** Called with the id of each API key that is said to be revoked. Whoever may write to the topic can say so: ask the database. */
  readonly onRevoked?: (keyId: string) => void;
  /** The queues whose cancels are remembered. Default all. */
  readonly queues?: ReadonlySet<string>;
  /** Called with each cancel that is read, those of the past too. */
  readonly onCancel?: (cancel: Cancel) => void;
}

/** Keeps the orders in force in memory, as a part of what a TopicFollower reads. */
export class OrderReader implements FollowedTopics {
  /** The orders in force. */
  readonly book = new OrderBook();
  /** The jobs that are cancelled. */
  readonly cancels = new CancelBook();
  readonly topics: readonly string[];
  private isRead = false;

  constructor(private readonly options: OrderReaderOptions) {
    const { control, cancels } = options.topics;
    this.topics = [control, cancels];
  }

  onRead(): void {
    this.isRead = true;
  }

  take(records: readonly IncomingRecord[]): void {
    const { topic } = records.at(-1)!;
    const isControl = topic === this.options.topics.control;
    for (const record of records) {
      const fault = isControl ? this.takeOrder(record) : this.takeCancel(record);
      if (fault !== undefined)
        this.options.logger.warn({ topic, offset: record.offset, fault }, 'order skipped: it cannot be read');
    }
    if (isControl && this.isRead) this.options.onChange?.();
  }

  private takeOrder({ key, value }: IncomingRecord): string | undefined {
    const revoked = decodeRevocation(key, value);
    if (revoked !== undefined) this.options.onRevoked?.(revoked);
    const order = decodeOrder(key, value);
    if (order !== undefined && 'detail' in order) return order.detail;
    if (order !== undefined) this.book.apply(order);
    return undefined;
  }

  private takeCancel({ value }: IncomingRecord): string | undefined {
    const cancel = decodeCancel(value);
    if ('detail' in cancel) return cancel.detail;
    const { queues, onCancel } = this.options;
    if (queues?.has(cancel.queue) === false) return undefined;
    this.cancels.add(cancel);
    onCancel?.(cancel);
    return undefined;
  }
}
