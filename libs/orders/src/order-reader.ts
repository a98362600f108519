import type { Topics } from '@jobstream/contracts';
import { decodeCancel, decodeOrder, decodeRevocation, type Cancel } from '@jobstream/contracts/records';
import {
  consumerFault,
  partitionKey,
  TailConsumer,
  type IncomingRecord,
  type KafkaConnection,
  type RecordReceipt,
} from '@jobstream/kafka';
import type { Health, Logger } from '@jobstream/runtime';
import { CancelBook } from './cancel-book.js';
import { OrderBook } from './order-book.js';

export interface OrderReaderOptions {
  readonly connection: KafkaConnection;
  readonly topics: Topics;
  /** What the name of its consumer group begins with: who reads. */
  readonly reader: string;
  readonly logger: Logger;
  /** Called after each change of {@link OrderReader.book}, once everything was read. */
  readonly onChange?: () => void;
  /** Called with the id of each API key that is said to be revoked. Whoever may write to the topic can say so: ask the database. */
  readonly onRevoked?: (keyId: string) => void;
  /** The queue whose cancels are remembered. Default all. */
  readonly queue?: string;
  /** Called with each cancel that is read, those of the past too. */
  readonly onCancel?: (cancel: Cancel) => void;
  /** The log can't be followed any more: only a restart helps. */
  readonly onFatal: (error: Error) => void;
}

type Place = Pick<RecordReceipt, 'topic' | 'partition' | 'offset'>;

/** Keeps the orders in force in memory: reads their topics from the beginning, then follows them. */
export class OrderReader {
  /** The orders in force. */
  readonly book = new OrderBook();
  /** The jobs that are cancelled. */
  readonly cancels = new CancelBook();
  private readonly tail: TailConsumer;
  /** The offset after the last record taken, by partition. */
  private readonly next = new Map<string, number>();
  private waiters: { readonly place: Place; readonly resolve: () => void }[] = [];
  private isRead = false;
  private tellRead: () => void = () => undefined;
  private readonly read = new Promise<void>((resolve) => (this.tellRead = resolve));
  private endWaits: () => void = () => undefined;
  private readonly stopped = new Promise<void>((resolve) => (this.endWaits = resolve));

  constructor(private readonly options: OrderReaderOptions) {
    const { connection, topics, reader, onFatal } = options;
    this.tail = new TailConsumer(connection, {
      groupIdPrefix: `${topics.group(reader)}.orders.`,
      topics: () => [topics.control, topics.cancels],
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

  /** Resolves once the record at this place is taken. */
  passed(place: Place): Promise<void> {
    if (this.hasPassed(place)) return Promise.resolve();
    return new Promise((resolve) => this.waiters.push({ place, resolve }));
  }

  /** Not ok until everything was read. */
  health(): Health {
    if (!this.isRead)
      return {
        ok: false,
        why: 'The orders (pauses, limits, cancels) have not been read to their end yet.',
      };
    const { joined, partitions } = this.tail.health();
    // While it joins again, what was read stands.
    const why = consumerFault({ joined: true, partitions });
    return why === null ? { ok: true, detail: { following: joined } } : { ok: false, why };
  }

  private noteRead(): void {
    this.isRead = true;
    this.tellRead();
  }

  private take(records: readonly IncomingRecord[]): void {
    const { topic, partition, offset } = records.at(-1)!;
    const isControl = topic === this.options.topics.control;
    for (const record of records) {
      const fault = isControl ? this.takeOrder(record) : this.takeCancel(record);
      if (fault !== undefined)
        this.options.logger.warn({ topic, offset: record.offset, fault }, 'order skipped: it cannot be read');
    }
    this.next.set(partitionKey({ topic, partition }), offset + 1);
    if (isControl && this.isRead) this.options.onChange?.();
    this.waiters = this.waiters.filter(({ place, resolve }) => {
      const passed = this.hasPassed(place);
      if (passed) resolve();
      return !passed;
    });
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
    const { queue = cancel.queue, onCancel } = this.options;
    if (cancel.queue !== queue) return undefined;
    this.cancels.add(cancel);
    onCancel?.(cancel);
    return undefined;
  }

  private hasPassed(place: Place): boolean {
    return place.offset < (this.next.get(partitionKey(place)) ?? 0);
  }
}
