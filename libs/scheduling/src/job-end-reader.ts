import { isFinal, type JobId, type JobState, type Topics } from '@jobstream/contracts';
import { headerNames } from '@jobstream/contracts/records';
import { queues } from '@jobstream/jobs';
import { readDatabaseClock, type Database } from '@jobstream/database';
import {
  PositionedConsumer,
  type ConsumerHealth,
  type IncomingRecord,
  type KafkaConnection,
  type TopicAdmin,
  type TopicPartition,
} from '@jobstream/kafka';
import type { FiringStore } from './firing-store.js';
import type { ScheduleStore } from './schedule-store.js';

/** What {@link JobEndReader} is made of. */
export interface JobEndReaderParts {
  readonly connection: KafkaConnection;
  readonly database: Database;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly schedules: ScheduleStore;
  readonly firings: FiringStore;
  /** Told when there are ends to write: `write` is to be called soon. */
  onRead(): void;
  onFatal(error: Error): void;
}

/** The part of a partition that was read and not looked through. */
interface Stretch extends TopicPartition {
  readonly ended: readonly JobId[];
  readonly next: number;
}

/** How far the clocks of Postgres and of the brokers may be apart. */
const clockMarginMs = 60_000;

/**
 * Reads when jobs end, for schedules that do not overlap: what tells them is their own record, which this marks. Reads nothing as
 * long as there is no such schedule. It keeps no position: it begins where the first job that is waited for was fired.
 */
export class JobEndReader {
  private readonly consumer: PositionedConsumer;
  private stretches: Stretch[] = [];

  constructor(private readonly parts: JobEndReaderParts) {
    this.consumer = new PositionedConsumer(parts.connection, {
      groupId: parts.topics.serviceGroup('schedule-ends'),
      topics: () => this.topics(),
      positions: (partitions) => this.positions(partitions),
      onRecords: (records) => this.take(records),
      onFatal: (error) => parts.onFatal(error),
      commitHints: false,
    });
  }

  /** Begins in the background. */
  start(): void {
    this.consumer.start().catch((error: unknown) => this.parts.onFatal(error as Error));
  }

  /** Marks the firings whose jobs have ended. */
  async write(): Promise<undefined> {
    const { firings } = this.parts;
    const read = this.stretches;
    if (read.length === 0) return undefined;
    // Asked for after the ends were read: a job is waited for before it is produced, so none can be missed.
    const awaited = new Set((await firings.awaited()).ids);
    const ended = read.flatMap(({ ended }) => ended.filter((id) => awaited.has(id)));
    if (ended.length > 0) await firings.end(ended);
    this.stretches = this.stretches.slice(read.length);
    for (const { topic, partition, next } of read) this.consumer.release(topic, partition, next);
    return undefined;
  }

  health(): ConsumerHealth {
    return this.consumer.health();
  }

  async stop(): Promise<void> {
    await this.consumer.stop();
  }

  private async topics(): Promise<string[]> {
    const { schedules, firings, topics } = this.parts;
    const isNeeded = (await schedules.hasNonOverlapping()) || (await firings.awaited()).ids.length > 0;
    return isNeeded ? [topics.events, ...[...queues.keys()].map((queue) => topics.deadLetters(queue))] : [];
  }

  private async positions(partitions: readonly TopicPartition[]): Promise<number[]> {
    const { admin, firings } = this.parts;
    const { since = await readDatabaseClock(this.parts.database) } = await firings.awaited();
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    const offsets = await admin.offsetsAt(topics, since - clockMarginMs);
    return partitions.map(({ topic, partition }) => offsets.get(topic)?.[partition] ?? -1);
  }

  private take(records: readonly IncomingRecord[]): void {
    const { topic, partition, offset } = records.at(-1)!;
    const ended = records.filter(endsJob).map(({ key }) => key!.toString('utf8'));
    this.stretches.push({ topic, partition, ended, next: offset + 1 });
    this.parts.onRead();
  }
}

/** The key of a record that ends a job is the job's id. */
function endsJob({ key, headers }: IncomingRecord): boolean {
  return key !== null && isFinal(headers?.[headerNames.phase] as JobState);
}
