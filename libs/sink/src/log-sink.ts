import { setTimeout as pause } from 'node:timers/promises';
import { isPermanent, type Database, type Session } from '@jobstream/database';
import {
  consumerFault,
  partitionKey,
  PositionedConsumer,
  type ConsumerHealth,
  type IncomingRecord,
  type KafkaConnection,
  type TopicPartition,
} from '@jobstream/kafka';
import type { Health, Logger } from '@jobstream/runtime';
import { Backlog, type Taken } from './backlog.js';
import { Outages } from './outages.js';
import { PositionMovedError, type SinkPositions } from './positions.js';

/** Offsets by `partitionKey`. */
export type Offsets = ReadonlyMap<string, number>;

export interface LogSinkOptions {
  readonly connection: KafkaConnection;
  readonly database: Database;
  /** The consumer group, by which several processes share the partitions. */
  readonly groupId: string;
  /** The topics to read, asked again every few seconds. */
  readonly topics: () => readonly string[] | Promise<readonly string[]>;
  readonly positions: SinkPositions;
  readonly logger: Logger;
  /** Makes the schemas and topics that the sink needs. Repeated while Kafka or Postgres is away. */
  readonly prepare?: () => Promise<void>;
  /** Called with an error that only a restart or a person can mend: Postgres too old, refused credentials. */
  readonly onFatal: (error: Error) => void;
  /** Whether an error beside those of Postgres can't be outlasted. Default: none. */
  readonly isFatal?: (error: unknown) => boolean;
  /**
   * Whether records may be written twice. Then a log that was made anew is read from its start; otherwise its partition
   * stands still until a person has reset the position. Default false.
   */
  readonly isIdempotent?: boolean;
  /** Whether positions are committed to the group too, for tools that show lag. Default true. */
  readonly commitHints?: boolean;
  /** Fetches and transactions with little are at least so far apart: a steady trickle must not cost a core. Default 10. */
  readonly paceMs?: number;
  /** Options of each transaction. */
  readonly transaction?: Parameters<Database['transaction']>[1];
}

/** One transaction, committed. */
export interface WrittenBatch<Written> {
  readonly records: number;
  /** The value that {@link LogSink.write} resolved with. */
  readonly written: Written;
  readonly seconds: number;
}

/** Items of one transaction at most, except for its last chunk. */
const maxBatchRecords = 5_000;
/** Between two looks at whether limits are reached. */
const limitPollMs = 5;
const bufferRecords = 20_000;
const bufferBytes = 32 * 1024 * 1024;

/**
 * Reads topics into Postgres, each record exactly once in effect: the offsets are in the database, moved in the transaction
 * that writes the rows, and only from where this process believes them to be. So several instances, a process that was
 * frozen, and a crash are all harmless. While Postgres is away a sink keeps its place.
 *
 * A subclass is the fold: {@link read} keeps the items that are needed of records, {@link write} writes them.
 */
export abstract class LogSink<Item, Written = void> {
  private readonly backlog = new Backlog<Item>();
  private readonly stopping = new AbortController();
  private readonly outages: Outages;
  private consumer: PositionedConsumer | undefined;
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;
  /** Up to where to write, where that is limited; nothing of partitions that are not in it. */
  private limits: Offsets | undefined;
  /** Sets other limits, between two transactions. */
  private limiting: (() => void) | undefined;

  constructor(private readonly sink: LogSinkOptions) {
    const isTransient = (error: unknown) =>
      !(error instanceof PositionMovedError || isPermanent(error) || sink.isFatal?.(error));
    this.outages = new Outages(sink.logger, this.stopping.signal, isTransient);
  }

  /**
   * Reads records of one partition. Their keys and values are valid until it returns. Must not throw: a record that cannot be
   * read is an item of its own, or left out.
   */
  protected abstract read(records: readonly IncomingRecord[]): Item[];

  /** Writes items, in the transaction that moves the positions. Called again when that fails. */
  protected abstract write(session: Session, items: readonly Item[]): Promise<Written>;

  /** Called after each commit. */
  protected committed?(batch: WrittenBatch<Written>): void;

  /** Begins, and returns at once. It waits for a missing Kafka or Postgres; {@link health} tells which. */
  start(): void {
    this.running = this.run().catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.sink.onFatal(error as Error);
    });
  }

  /** Finishes the transaction under way and leaves the group. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The reader stops.'));
    this.wake();
    await this.running;
    this.limiting?.();
    await this.consumer?.stop();
  }

  /** Stops writing. Resolves with where the rows hold each partition: there they stay until {@link readOn} or {@link readTo}. */
  async hold(): Promise<Offsets> {
    await this.limit(new Map());
    return this.positions();
  }

  /** Writes up to exactly these offsets. Resolves with whether they were reached in time; there it stays until {@link readOn}. */
  async readTo(limits: Offsets, timeoutMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + timeoutMs;
    await this.limit(limits);
    for (;;) {
      const positions = this.positions();
      if ([...limits].every(([partition, limit]) => (positions.get(partition) ?? -1) >= limit)) return true;
      if (this.stopping.signal.aborted || performance.now() > giveUpAt) return false;
      await pause(limitPollMs);
    }
  }

  /** Lifts the limits. */
  readOn(): Promise<void> {
    return this.limit(undefined);
  }

  /** Where the rows hold each partition that this process reads. */
  positions(): Offsets {
    return new Map(this.backlog.positions.map((held) => [partitionKey(held), held.position]));
  }

  /** Why writing has to wait at present; null when it does not. */
  get trouble(): string | null {
    return this.outages.trouble;
  }

  /** Ready means: it reads from Kafka and reaches Postgres. Being behind is no fault. Rejects while Postgres is away. */
  async health(): Promise<Health> {
    const consumer = this.consumer?.health();
    const why = this.trouble ?? consumerFault(consumer);
    if (why !== null) return { ok: false, why };
    await this.sink.database.ping();
    const { partitions, alarms } = consumer!;
    return { ok: true, detail: { partitions: partitions.length, behind: this.behind(consumer!), alarms } };
  }

  /** Records that the log has and the rows do not, in the partitions this process holds. */
  lag(): number {
    const consumer = this.consumer?.health();
    return consumer === undefined ? 0 : this.behind(consumer);
  }

  private behind({ partitions }: ConsumerHealth): number {
    return partitions.reduce(
      (sum, { logEnd, ...partition }) =>
        sum + Math.max(0, logEnd - (this.backlog.positionOf(partition) ?? logEnd)),
      0,
    );
  }

  private async run(): Promise<void> {
    const { prepare, positions, onFatal, paceMs = 10 } = this.sink;
    if (prepare !== undefined) await this.outages.outlast('preparing', prepare);
    // Of no partition yet: a fault that no other try can mend shows before the group is joined.
    await this.outages.outlast('reading positions', () => positions.open([]));
    this.consumer = this.createConsumer(paceMs);
    this.consumer.start().catch(onFatal);
    while (!this.stopping.signal.aborted) {
      const began = performance.now();
      this.limiting?.();
      this.limiting = undefined;
      if (this.backlog.isEmpty) await this.somethingRead();
      else await this.writeBatch(this.backlog.take(maxBatchRecords));
      const restMs = paceMs - (performance.now() - began);
      if (restMs > 0 && this.backlog.size < maxBatchRecords) await pause(restMs);
    }
  }

  private createConsumer(gatherMs: number): PositionedConsumer {
    const { connection, groupId, topics, commitHints, onFatal, isIdempotent } = this.sink;
    return new PositionedConsumer(connection, {
      groupId,
      topics,
      positions: (partitions) => this.open(partitions),
      onRecords: (records) => this.take(records),
      lends: true,
      gatherMs,
      onPosition: (partition, next) => this.pass(partition, next),
      onMadeAnew: isIdempotent ? (partition, start) => this.backlog.rewind(partition, start) : undefined,
      onLost: (partitions) => partitions.forEach((partition) => this.backlog.close(partition)),
      onFatal,
      commitHints,
      bufferRecords,
      bufferBytes,
    });
  }

  private async open(partitions: readonly TopicPartition[]): Promise<number[]> {
    const positions = await this.sink.positions.open(partitions);
    partitions.forEach((partition, index) => this.backlog.open(partition, positions[index]!));
    return positions;
  }

  private take(records: readonly IncomingRecord[]): void {
    const { topic, partition, offset } = records.at(-1)!;
    const limit = this.limitOf({ topic, partition });
    const wanted = offset < limit ? records : records.filter((record) => record.offset < limit);
    this.backlog.add({ topic, partition }, this.read(wanted), Math.min(offset + 1, limit));
    this.wake();
  }

  /** Offsets that are no records are passed too, or the end of the log would never be reached. */
  private pass(partition: TopicPartition, next: number): void {
    this.backlog.add(partition, [], Math.min(next, this.limitOf(partition)));
    this.wake();
  }

  private limit(limits: Offsets | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.limiting = () => {
        this.limits = limits;
        // Records beyond the limits, and records left out for them, are read again.
        for (const { position, ...partition } of this.backlog.positions) this.seek(partition, position);
        resolve();
      };
      this.wake();
    });
  }

  private limitOf(partition: TopicPartition): number {
    return this.limits === undefined ? Infinity : (this.limits.get(partitionKey(partition)) ?? 0);
  }

  private seek(partition: TopicPartition, next: number): void {
    this.backlog.open(partition, next);
    this.consumer!.seekTo(partition.topic, partition.partition, next);
  }

  private async writeBatch(batch: Taken<Item>): Promise<void> {
    const began = performance.now();
    try {
      const written = await this.outages.outlast('writing rows', () => this.transact(batch));
      for (const { topic, partition, position } of this.backlog.settle(batch))
        this.consumer!.release(topic, partition, position);
      const seconds = (performance.now() - began) / 1_000;
      this.committed?.({ records: batch.items.length, written, seconds });
    } catch (error) {
      if (!(error instanceof PositionMovedError)) throw error;
      this.sink.logger.info({ partitions: batch.moves.length }, error.message);
      await this.outages.outlast('reading positions', () => this.seekToPositions(batch.moves));
    }
  }

  private transact({ moves, items }: Taken<Item>): Promise<Written> {
    const { database, positions, transaction } = this.sink;
    return database.transaction(async (session) => {
      await positions.move(session, moves);
      return this.write(session, items);
    }, transaction);
  }

  private async seekToPositions(partitions: readonly TopicPartition[]): Promise<void> {
    const positions = await this.sink.positions.open(partitions);
    partitions.forEach((partition, index) => {
      const position = this.backlog.positionOf(partition);
      const next = positions[index]!;
      if (position !== undefined && position !== next) this.seek(partition, next);
    });
  }

  private somethingRead(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (this.stopping.signal.aborted) resolve();
    });
  }
}
