import { setTimeout as pause } from 'node:timers/promises';
import type { Topics } from '@jobstream/contracts';
import { codeOf, type Database } from '@jobstream/database';
import {
  consumerFault,
  partitionKey,
  PositionedConsumer,
  TopicAdmin,
  type ConsumerHealth,
  type IncomingRecord,
  type KafkaConnection,
  type TopicPartition,
} from '@jobstream/kafka';
import type { Health, Logger } from '@jobstream/runtime';
import { Backlog, type Taken } from './backlog.js';
import { BatchWriter, type WrittenRows } from './batch-writer.js';
import { CheckpointMovedError, Checkpoints, type LogIdentity } from './checkpoints.js';
import { Patience } from './patience.js';
import { projectRecord } from './projected-record.js';
import { projectedTopics } from './projected-topics.js';

/** One transaction. */
export interface WrittenBatch {
  readonly records: number;
  readonly rows: WrittenRows;
  readonly seconds: number;
}

/** Offsets by {@link partitionKey}. */
export type Positions = ReadonlyMap<string, number>;

/** What {@link Projector} takes. */
export interface ProjectorOptions {
  readonly connection: KafkaConnection;
  readonly database: Database;
  readonly topics: Topics;
  readonly logger: Logger;
  /** Makes what has to be there before: schemas and topics. Repeated while Kafka or Postgres is away. */
  readonly prepare: () => Promise<void>;
  /** Only a restart, or a person, can help: Postgres too old, a log of another cluster, refused credentials. */
  readonly onFatal: (error: Error) => void;
  readonly onWritten?: (batch: WrittenBatch) => void;
  /** Told of rows before they are written, each time that is tried: a commit whose answer is lost may have been done. */
  readonly onWriting?: (rows: WrittenRows) => void;
  /**
   * For a generation that is built beside the live one, in the schema that `database` calls the projection: its number,
   * and a consumer group of its own. It gives up where the disk is full, so that the live one can go on.
   */
  readonly beside?: { readonly generation: number; readonly group: string };
}

/** Records in one transaction at most, but for the last chunk of them. */
const mostRecords = 5_000;
/** Fetches and transactions with little are at least so far apart: a steady trickle must not cost a core. */
const paceMs = 10;
/** Between two looks at whether limits are reached. */
const limitPollMs = 5;
/** SQLSTATE. */
const diskFull = '53100';
const bufferRecords = 20_000;
const bufferBytes = 32 * 1024 * 1024;

/**
 * Writes every record of the log into the rows, exactly once in effect: the offsets are in the database, moved in the
 * transaction that writes the rows. Several processes share the partitions. While Postgres is away it keeps its place.
 */
export class Projector {
  private readonly admin: TopicAdmin;
  private readonly checkpoints: Checkpoints;
  private readonly writer: BatchWriter;
  private readonly backlog = new Backlog();
  private readonly stopping = new AbortController();
  private readonly patience: Patience;
  private consumer: PositionedConsumer | undefined;
  private identity: LogIdentity | undefined;
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;
  /** Up to where to write, where that is limited; nothing of partitions that are not in it. */
  private limits: Positions | undefined;
  /** Sets other limits, between two transactions. */
  private limiting: (() => void) | undefined;

  constructor(private readonly options: ProjectorOptions) {
    this.admin = new TopicAdmin(options.connection);
    this.checkpoints = new Checkpoints(options.database);
    this.writer = new BatchWriter(options.database, this.checkpoints, options.onWriting);
    this.patience = new Patience(
      options.logger,
      this.stopping.signal,
      (error) => options.beside === undefined || codeOf(error) !== diskFull,
    );
  }

  /** Begins; returns at once. What is missing shows in {@link health} and is waited for. */
  start(): void {
    this.running = this.run().catch((error: unknown) => {
      if (!this.stopping.signal.aborted) this.options.onFatal(error as Error);
    });
  }

  /** Finishes the transaction that is under way, leaves the group. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('The projector stops.'));
    this.wake();
    await this.running;
    this.limiting?.();
    await this.consumer?.stop();
    await this.admin.stop();
  }

  /** Stops writing. Answers where the rows hold each partition: there they stay until {@link readOn} or {@link readTo}. */
  async hold(): Promise<Positions> {
    await this.limit(new Map());
    return this.positions();
  }

  /** Writes up to exactly these offsets. Whether they were reached in time; there it stays until {@link readOn}. */
  async readTo(limits: Positions, timeoutMs: number): Promise<boolean> {
    const giveUpAt = performance.now() + timeoutMs;
    await this.limit(limits);
    for (;;) {
      const positions = this.positions();
      if ([...limits].every(([partition, limit]) => (positions.get(partition) ?? -1) >= limit)) return true;
      if (this.stopping.signal.aborted || performance.now() > giveUpAt) return false;
      await pause(limitPollMs);
    }
  }

  /** Writes all there is again. */
  readOn(): Promise<void> {
    return this.limit(undefined);
  }

  /** Where the rows hold each partition that this process reads. */
  positions(): Positions {
    return new Map(this.backlog.checkpoints.map((held) => [partitionKey(held), held.checkpoint]));
  }

  private limit(limits: Positions | undefined): Promise<void> {
    return new Promise((resolve) => {
      this.limiting = () => {
        this.limits = limits;
        // What was read beyond the limits, or left out for them, is read again.
        for (const { checkpoint, ...partition } of this.backlog.checkpoints) this.seek(partition, checkpoint);
        resolve();
      };
      this.wake();
    });
  }

  /** Ready means: reads from Kafka, reaches Postgres. Being behind is no fault. */
  async health(): Promise<Health> {
    if (this.patience.trouble !== null) return { ok: false, why: this.patience.trouble };
    const consumer = this.consumer?.health();
    const why = consumerFault(consumer);
    if (why !== null) return { ok: false, why };
    await this.options.database.ping();
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
        sum + Math.max(0, logEnd - (this.backlog.checkpointOf(partition) ?? logEnd)),
      0,
    );
  }

  private async run(): Promise<void> {
    const { prepare, connection, topics, onFatal, beside } = this.options;
    await this.patience.until('preparing', prepare);
    this.identity = await this.patience.until('reading checkpoints', () => this.identify());
    const consumer = new PositionedConsumer(connection, {
      groupId: beside?.group ?? topics.serviceGroup('projector'),
      commitHints: beside === undefined,
      topics: () => projectedTopics(this.admin, topics),
      positions: (partitions) => this.open(partitions),
      onRecords: (records) => this.read(records),
      lends: true,
      gatherMs: paceMs,
      onPosition: (partition, next) => this.move(partition, next),
      // What is read twice changes nothing.
      onMadeAnew: (partition, start) => this.backlog.rewind(partition, start),
      onLost: (partitions) => partitions.forEach((partition) => this.backlog.close(partition)),
      onFatal,
      bufferRecords,
      bufferBytes,
    });
    this.consumer = consumer;
    consumer.start().catch(onFatal);
    while (!this.stopping.signal.aborted) {
      const began = performance.now();
      this.limiting?.();
      this.limiting = undefined;
      if (this.backlog.isEmpty) await this.somethingRead();
      else await this.write(this.backlog.take(mostRecords));
      if (this.backlog.size < mostRecords) await this.pace(began);
    }
  }

  private async identify(): Promise<LogIdentity> {
    return this.checkpoints.identify(await this.admin.clusterId(), this.options.beside?.generation);
  }

  private async open(partitions: readonly TopicPartition[]): Promise<number[]> {
    const positions = await this.positionsOf(partitions);
    partitions.forEach((partition, index) => this.backlog.open(partition, positions[index]!));
    return positions;
  }

  /** Where to read on, in the partitions' order; those read for the first time begin where the log does. */
  private async positionsOf(partitions: readonly TopicPartition[]): Promise<number[]> {
    const known = await this.checkpoints.positions(partitions);
    const first = partitions.filter((partition) => !known.has(partitionKey(partition)));
    if (first.length === 0) return partitions.map((partition) => known.get(partitionKey(partition))!);
    this.identity = await this.identify();
    const starts = await this.admin.startOffsets([...new Set(first.map(({ topic }) => topic))]);
    await this.checkpoints.begin(
      first.map(({ topic, partition }) => ({ topic, partition, next: starts.get(topic)?.[partition] ?? 0 })),
      this.identity,
    );
    return this.positionsOf(partitions);
  }

  private read(records: readonly IncomingRecord[]): void {
    const { topic, partition, offset } = records.at(-1)!;
    const role = this.options.topics.roleOf(topic)!;
    const limit = this.limitOf({ topic, partition });
    const wanted = offset < limit ? records : records.filter((record) => record.offset < limit);
    this.backlog.add(
      { topic, partition },
      wanted.map((record) => projectRecord(record, role)),
      Math.min(offset + 1, limit),
    );
    this.wake();
  }

  /** Offsets that are no records are passed too, or the end of the log would never be reached. */
  private move(partition: TopicPartition, next: number): void {
    this.backlog.add(partition, [], Math.min(next, this.limitOf(partition)));
    this.wake();
  }

  private limitOf(partition: TopicPartition): number {
    return this.limits === undefined ? Infinity : (this.limits.get(partitionKey(partition)) ?? 0);
  }

  private seek(partition: TopicPartition, next: number): void {
    this.backlog.open(partition, next);
    this.consumer!.seekTo(partition.topic, partition.partition, next);
  }

  private async write(batch: Taken): Promise<void> {
    const began = performance.now();
    try {
      const rows = await this.patience.until('writing rows', () => this.writer.write(batch, this.identity!));
      for (const { topic, partition } of this.backlog.settle(batch))
        this.consumer!.release(topic, partition, this.backlog.checkpointOf({ topic, partition })!);
      const seconds = (performance.now() - began) / 1_000;
      this.options.onWritten?.({ records: batch.records.length, rows, seconds });
    } catch (error) {
      if (!(error instanceof CheckpointMovedError)) throw error;
      this.options.logger.info({ partitions: batch.moves.length }, error.message);
      await this.patience.until('reading checkpoints', () => this.seekToCheckpoints(batch.moves));
    }
  }

  private async seekToCheckpoints(partitions: readonly TopicPartition[]): Promise<void> {
    this.identity = await this.identify();
    const positions = await this.positionsOf(partitions);
    partitions.forEach((partition, index) => {
      const checkpoint = this.backlog.checkpointOf(partition);
      const next = positions[index]!;
      if (checkpoint !== undefined && checkpoint !== next) this.seek(partition, next);
    });
  }

  private somethingRead(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
      if (this.stopping.signal.aborted) resolve();
    });
  }

  private async pace(began: number): Promise<void> {
    const rest = paceMs - (performance.now() - began);
    if (rest > 0) await pause(rest);
  }
}
