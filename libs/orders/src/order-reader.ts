import { decodeOrder, decodeRevocation, type Topics } from '@jobstream/contracts';
import {
  TailConsumer,
  type IncomingRecord,
  type KafkaConnection,
  type RecordReceipt,
} from '@jobstream/kafka';
import type { Health, Logger } from '@jobstream/runtime';
import { OrderBook } from './order-book.js';

/** What {@link OrderReader} takes. */
export interface OrderReaderOptions {
  readonly connection: KafkaConnection;
  readonly topics: Topics;
  /** What the name of its consumer group begins with: who reads. */
  readonly reader: string;
  readonly logger: Logger;
  /** Called after each change of {@link OrderReader.book}, once everything was read. */
  readonly onChange?: () => void;
  /** Called with the id of each API key that is revoked. */
  readonly onRevoked?: (keyId: string) => void;
  /** The log can't be followed any more: only a restart helps. */
  readonly onFatal: (error: Error) => void;
}

/** Keeps the orders in force in memory: reads their topic from its beginning, then follows it. */
export class OrderReader {
  /** The orders in force. */
  readonly book = new OrderBook();
  private readonly tail: TailConsumer;
  /** The offset after the last order taken; the topic has one partition. */
  private next = 0;
  private waiters: { readonly offset: number; readonly resolve: () => void }[] = [];
  private isRead = false;
  private tellRead: () => void = () => undefined;
  private readonly read = new Promise<void>((resolve) => (this.tellRead = resolve));
  private endWaits: () => void = () => undefined;
  private readonly stopped = new Promise<void>((resolve) => (this.endWaits = resolve));

  constructor(private readonly options: OrderReaderOptions) {
    const { connection, topics, reader, onFatal } = options;
    this.tail = new TailConsumer(connection, {
      groupIdPrefix: `${topics.group(reader)}.orders.`,
      topics: () => [topics.control],
      from: 'start',
      onRecords: (records) => this.take(records),
      onFatal,
    });
  }

  /**
   * Resolves once everything there was when it began is in {@link book}; waits for Kafka as long as it takes. The topic
   * has to exist.
   * @returns false when stopped meanwhile
   */
  async start(): Promise<boolean> {
    const caughtUp = this.tail.start().then(() => this.tail.caughtUp());
    await Promise.race([caughtUp.then(() => this.noteRead()), this.stopped]);
    return this.isRead;
  }

  async stop(): Promise<void> {
    this.endWaits();
    await this.tail.stop();
  }

  /** Resolves once {@link start} has. */
  whenRead(): Promise<void> {
    return this.read;
  }

  /** Resolves once the order at this place is taken. */
  passed({ offset }: Pick<RecordReceipt, 'offset'>): Promise<void> {
    if (offset < this.next) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ offset, resolve }));
  }

  /** Not ok until everything was read. */
  health(): Health {
    if (!this.isRead)
      return {
        ok: false,
        why: 'The orders (pauses and limits of queues) have not been read to their end yet.',
      };
    return { ok: true, detail: { following: this.tail.health().joined } };
  }

  private noteRead(): void {
    this.isRead = true;
    this.tellRead();
  }

  private take(records: readonly IncomingRecord[]): void {
    for (const { topic, offset, key, value } of records) {
      const revoked = decodeRevocation(key, value);
      if (revoked !== undefined) this.options.onRevoked?.(revoked);
      const order = decodeOrder(key, value);
      if (order === undefined) continue;
      if ('detail' in order)
        this.options.logger.warn(
          { topic, offset, detail: order.detail },
          'an order that makes no sense is passed over',
        );
      else this.book.apply(order);
    }
    this.next = records.at(-1)!.offset + 1;
    if (this.isRead) this.options.onChange?.();
    this.waiters = this.waiters.filter(({ offset, resolve }) => {
      if (offset < this.next) resolve();
      return offset >= this.next;
    });
  }
}
