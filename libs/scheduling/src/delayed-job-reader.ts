import type { Topics } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import {
  partitionKey,
  PositionedConsumer,
  type ConsumerHealth,
  type IncomingRecord,
  type KafkaConnection,
  type TopicAdmin,
  type TopicPartition,
} from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { readDelayedJob, type DelayedJob } from './delayed-job.js';
import type { DelayedJobStore } from './delayed-job-store.js';
import { PositionMovedError, ReadPositions } from './read-positions.js';
import type { SchedulingMetrics } from './scheduling-metrics.js';

/** What {@link DelayedJobReader} is made of. */
export interface DelayedJobReaderParts {
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly database: Database;
  readonly jobs: DelayedJobStore;
  readonly metrics: SchedulingMetrics;
  readonly logger: Logger;
  /** Told when there are records to write: `write` is to be called soon. */
  onRead(): void;
  /** Told when jobs were written that may be due sooner than all others. */
  onHeld(): void;
  onFatal(error: Error): void;
}

/** A partition held by this process. A new object each time it is assigned. */
interface Held extends TopicPartition {
  /** Where the rows have it. */
  next: number;
  chunks: IncomingRecord[][];
}

const bufferRecords = 10_000;
const bufferBytes = 32 * 1024 * 1024;

/**
 * Moves delayed jobs from the log into rows: each chunk of records and the partition's new position in one transaction, so that
 * none is lost and none comes twice, whoever dies when. Several processes share the partitions.
 */
export class DelayedJobReader {
  private readonly held = new Map<string, Held>();
  private consumer: PositionedConsumer | undefined;
  private positions: ReadPositions | undefined;

  constructor(private readonly parts: DelayedJobReaderParts) {}

  /** Begins to read; returns once it knows the cluster. Joining its group goes on in the background. */
  async start(): Promise<void> {
    const { admin, connection, database, topics } = this.parts;
    const onFatal = (error: Error) => this.parts.onFatal(error);
    const groupId = topics.serviceGroup('scheduler');
    this.positions = new ReadPositions(database, groupId, await admin.clusterId());
    this.consumer = new PositionedConsumer(connection, {
      groupId,
      topics: () => [topics.delayed],
      positions: (partitions) => this.open(partitions),
      onRecords: (records) => this.take(records),
      onLost: (partitions) => partitions.forEach((partition) => this.held.delete(partitionKey(partition))),
      onFatal,
      bufferRecords,
      bufferBytes,
    });
    this.consumer.start().catch(onFatal);
  }

  /** Writes what was read. Resolves with undefined: what comes next is not known. */
  async write(): Promise<undefined> {
    for (const held of [...this.held.values()]) {
      for (let chunk = held.chunks[0]; chunk && this.isHeld(held); chunk = held.chunks[0])
        await this.writeChunk(held, chunk);
    }
    return undefined;
  }

  health(): ConsumerHealth | undefined {
    return this.consumer?.health();
  }

  async stop(): Promise<void> {
    await this.consumer?.stop();
  }

  private async open(partitions: TopicPartition[]): Promise<number[]> {
    const starts = await this.parts.admin.startOffsets([...new Set(partitions.map(({ topic }) => topic))]);
    const next = await this.positions!.open(
      partitions,
      ({ topic, partition }) => starts.get(topic)?.[partition] ?? 0,
    );
    partitions.forEach(({ topic, partition }, index) =>
      this.held.set(partitionKey({ topic, partition }), { topic, partition, next: next[index]!, chunks: [] }),
    );
    return next;
  }

  private take(records: IncomingRecord[]): void {
    this.held.get(partitionKey(records[0]!))?.chunks.push(records);
    this.parts.onRead();
  }

  private isHeld(held: Held): boolean {
    return this.held.get(partitionKey(held)) === held;
  }

  private async writeChunk(held: Held, chunk: IncomingRecord[]): Promise<void> {
    const { database, jobs, metrics } = this.parts;
    const delayed = this.readable(chunk);
    const to = chunk.at(-1)!.offset + 1;
    try {
      await database.transaction(async (session) => {
        await this.positions!.move(session, held, held.next, to);
        await jobs.hold(session, delayed);
      });
    } catch (error) {
      if (!(error instanceof PositionMovedError)) throw error;
      return this.moveBack(held, error);
    }
    metrics.countReceived('held', delayed.length);
    held.next = to;
    held.chunks.shift();
    if (this.isHeld(held)) this.consumer!.release(held.topic, held.partition, to);
    if (delayed.length > 0) this.parts.onHeld();
  }

  private async moveBack(held: Held, error: PositionMovedError): Promise<void> {
    this.parts.logger.info({ topic: held.topic, partition: held.partition }, error.message);
    const [next] = await this.positions!.open([held], () => held.next);
    if (!this.isHeld(held)) return;
    held.next = next!;
    held.chunks = [];
    this.consumer!.seekTo(held.topic, held.partition, next!);
  }

  /** What can't be read is passed over here: the projection keeps it as rejected. */
  private readable(chunk: readonly IncomingRecord[]): DelayedJob[] {
    const delayed: DelayedJob[] = [];
    for (const record of chunk) {
      const read = readDelayedJob(record);
      if ('fault' in read) {
        const { topic, partition, offset } = record;
        this.parts.metrics.countReceived('unreadable', 1);
        this.parts.logger.warn(
          { topic, partition, offset, why: read.fault },
          'a delayed record makes no sense',
        );
      } else {
        delayed.push(read);
      }
    }
    return delayed;
  }
}
