import type { Topics } from '@jobstream/contracts';
import type { Database, Session } from '@jobstream/database';
import type { IncomingRecord, KafkaConnection, TopicAdmin } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { LogSink, ReadPositions, type WrittenBatch } from '@jobstream/sink';
import { isHeldByKey, readDelayedJob, type DelayedJob, type DelayedJobStore } from '@jobstream/intake';
import type { SchedulingMetrics } from './scheduling-metrics.js';

export interface DelayedJobReaderOptions {
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly database: Database;
  readonly jobs: DelayedJobStore;
  readonly metrics: SchedulingMetrics;
  readonly logger: Logger;
  /** Called when jobs were written that may be due sooner than all others. */
  readonly onHeld: () => void;
  readonly onFatal: (error: Error) => void;
}

/** Moves delayed jobs from the log into the rows of {@link DelayedJobStore}. */
export class DelayedJobReader extends LogSink<DelayedJob> {
  constructor(private readonly options: DelayedJobReaderOptions) {
    const { connection, admin, topics, database, logger, onFatal } = options;
    const groupId = topics.serviceGroup('scheduler');
    super({
      connection,
      database,
      logger,
      groupId,
      topics: () => [topics.delayed],
      positions: new ReadPositions(database, admin, groupId),
      onFatal,
    });
  }

  /** Leaves out records that cannot be read. The projection keeps them as rejected. */
  protected override read(records: readonly IncomingRecord[]): DelayedJob[] {
    const { metrics, logger } = this.options;
    const delayed: DelayedJob[] = [];
    for (const record of records) {
      if (isHeldByKey(record)) continue;
      const read = readDelayedJob(record);
      if (!('fault' in read)) {
        delayed.push(read);
        continue;
      }
      const { topic, partition, offset } = record;
      metrics.countReceived('unreadable', 1);
      logger.warn({ topic, partition, offset, why: read.fault }, 'delayed record skipped: it cannot be read');
    }
    return delayed;
  }

  protected override write(session: Session, jobs: readonly DelayedJob[]): Promise<void> {
    return this.options.jobs.hold(session, jobs);
  }

  protected override committed({ records }: WrittenBatch<void>): void {
    this.options.metrics.countReceived('held', records);
    if (records > 0) this.options.onHeld();
  }
}
