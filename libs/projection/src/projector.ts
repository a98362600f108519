import { setTimeout as pause } from 'node:timers/promises';
import type { TopicRole, Topics } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import {
  PositionedConsumer,
  TopicAdmin,
  type ConsumerHealth,
  type IncomingRecord,
  type KafkaConnection,
  type TopicPartition,
} from '@jobstream/kafka';
import type { Health, Logger } from '@jobstream/runtime';
import { Backlog, type Taken } from './backlog.js';
import { BatchWriter } from './batch-writer.js';
import { CheckpointMovedError, Checkpoints, partitionKey, type LogIdentity } from './checkpoints.js';
import { Patience } from './patience.js';
import { projectRecord } from './projected-record.js';

/** One transaction, for metrics. */
export interface WrittenBatch {
  readonly records: number;
  readonly jobs: number;
  readonly seconds: number;
}

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
}

/** Records in one transaction at most, but for the last chunk of them. */
const mostRecords = 5_000;
/** Transactions with less than that begin at least so far apart: a steady trickle must not cost a core. */
const paceMs = 10;
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
  private readonly roles = new Map<string, TopicRole | undefined>();
  private consumer: PositionedConsumer | undefined;
  private identity: LogIdentity | undefined;
  private running: Promise<void> | undefined;
  private wake: () => void = () => undefined;

  constructor(private readonly options: ProjectorOptions) {
    this.admin = new TopicAdmin(options.connection);
    this.checkpoints = new Checkpoints(options.database);
    this.writer = new BatchWriter(options.database, this.checkpoints);
    this.patience = new Patience(options.logger, this.stopping.signal);
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
    await this.consumer?.stop();
    await this.admin.stop();
  }

  /** Ready means: reads from Kafka, reaches Postgres. Being behind is no fault. */
  async health(): Promise<Health> {
    if (this.patience.trouble !== null) return { ok: false, why: this.patience.trouble };
    const consumer = this.consumer?.health();
    if (!consumer?.joined) return { ok: false, why: 'Has not joined its consumer group yet.' };
    await this.options.database.ping();
    const { partitions, alarms } = consumer;
    return { ok: true, detail: { partitions: partitions.length, behind: this.behind(consumer), alarms } };
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
    const { prepare, connection, topics, onFatal } = this.options;
    await this.patience.until('preparing', prepare);
    this.identity = await this.patience.until('reading checkpoints', () => this.identify());
    const consumer = new PositionedConsumer(connection, {
      groupId: topics.group('projector'),
      topics: async () => (await this.admin.listTopics()).filter((topic) => this.isProjected(topic)),
      positions: (partitions) => this.open(partitions),
      onRecords: (records) => this.read(records),
      onPosition: (partition, next) => this.move(partition, next),
      onLost: (partitions) => partitions.forEach((partition) => this.backlog.close(partition)),
      onFatal,
      bufferRecords,
      bufferBytes,
    });
    this.consumer = consumer;
    consumer.start().catch(onFatal);
    while (!this.stopping.signal.aborted) {
      const began = performance.now();
      if (this.backlog.isEmpty) await this.somethingRead();
      else await this.write(this.backlog.take(mostRecords));
      if (this.backlog.size < mostRecords) await this.pace(began);
    }
  }

  private async identify(): Promise<LogIdentity> {
    return this.checkpoints.identify(await this.admin.clusterId());
  }

  private roleOf(topic: string): TopicRole | undefined {
    if (!this.roles.has(topic)) this.roles.set(topic, this.options.topics.roleOf(topic));
    return this.roles.get(topic);
  }

  private isProjected(topic: string): boolean {
    const role = this.roleOf(topic);
    return role !== undefined && role.kind !== 'cancels' && role.kind !== 'control';
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
    const starts = await this.admin.startOffsets([...new Set(first.map(({ topic }) => topic))]);
    await this.checkpoints.begin(
      first.map(({ topic, partition }) => ({ topic, partition, next: starts.get(topic)?.[partition] ?? 0 })),
      this.identity!,
    );
    return this.positionsOf(partitions);
  }

  private read(records: readonly IncomingRecord[]): void {
    const { topic, partition, offset } = records.at(-1)!;
    const role = this.roleOf(topic)!;
    this.backlog.add(
      { topic, partition },
      records.map((record) => projectRecord(record, role)),
      offset + 1,
    );
    this.wake();
  }

  /** Offsets that are no records are passed too, or the end of the log would never be reached. */
  private move(partition: TopicPartition, next: number): void {
    this.backlog.add(partition, [], next);
    this.wake();
  }

  private async write(batch: Taken): Promise<void> {
    const began = performance.now();
    try {
      const jobs = await this.patience.until('writing rows', () => this.writer.write(batch, this.identity!));
      for (const { topic, partition } of this.backlog.settle(batch))
        this.consumer!.release(topic, partition, this.backlog.checkpointOf({ topic, partition })!);
      const seconds = (performance.now() - began) / 1_000;
      this.options.onWritten?.({ records: batch.records.length, jobs, seconds });
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
      if (checkpoint === undefined || checkpoint === next) return;
      this.backlog.open(partition, next);
      this.consumer!.seekTo(partition.topic, partition.partition, next);
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
