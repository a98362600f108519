import { isFinal, type JobId, type JobState, type Topics } from '@jobstream/contracts';
import { headerNames } from '@jobstream/contracts/records';
import type { JobTypeBook } from '@jobstream/job-types';
import { readDatabaseClock, type Database, type Session } from '@jobstream/database';
import type { IncomingRecord, KafkaConnection, TopicAdmin, TopicPartition } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { LogSink, type SinkPositions } from '@jobstream/sink';
import type { FiringStore } from './firing-store.js';
import type { ScheduleStore } from './schedule-store.js';

export interface JobEndReaderOptions {
  readonly connection: KafkaConnection;
  readonly database: Database;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly jobTypes: JobTypeBook;
  readonly schedules: ScheduleStore;
  readonly firings: FiringStore;
  readonly logger: Logger;
  readonly onFatal: (error: Error) => void;
}

/** How far the clocks of Postgres and of the brokers may be apart. */
const clockMarginMs = 60_000;
/** Ends of jobs are gathered so long before they are looked through. */
const paceMs = 200;

/**
 * Reads when jobs end, for schedules that do not overlap, and marks the firings of these jobs. Reads nothing as long as there
 * is no such schedule.
 */
export class JobEndReader extends LogSink<JobId> {
  constructor(private readonly options: JobEndReaderOptions) {
    const { connection, database, topics, jobTypes, schedules, firings, logger, onFatal } = options;
    super({
      connection,
      database,
      logger,
      groupId: topics.serviceGroup('schedule-ends'),
      topics: async () => {
        const isNeeded =
          (await schedules.hasNonOverlapping()) || (await firings.awaited(database)).ids.length > 0;
        return isNeeded
          ? [topics.events, ...[...jobTypes.queues.keys()].map((queue) => topics.deadLetters(queue))]
          : [];
      },
      positions: new FiringPositions(options),
      onFatal,
      commitHints: false,
      paceMs,
    });
  }

  /** The key of a record that ends a job is the job's id. */
  protected override read(records: readonly IncomingRecord[]): JobId[] {
    return records.filter(endsJob).map(({ key }) => key!.toString('utf8'));
  }

  /** Asks for the awaited jobs after their ends were read: a job is awaited before it is produced, so none can be missed. */
  protected override async write(session: Session, ended: readonly JobId[]): Promise<void> {
    if (ended.length === 0) return;
    const { firings } = this.options;
    const awaited = new Set((await firings.awaited(session)).ids);
    const met = ended.filter((id) => awaited.has(id));
    if (met.length > 0) await firings.end(session, met);
  }
}

/** Positions that follow from the firings: reading begins where the first job that is awaited was fired. */
class FiringPositions implements SinkPositions {
  constructor(private readonly options: Pick<JobEndReaderOptions, 'admin' | 'database' | 'firings'>) {}

  async open(partitions: readonly TopicPartition[]): Promise<number[]> {
    const { admin, database, firings } = this.options;
    const { since = await readDatabaseClock(database) } = await firings.awaited(database);
    const topics = [...new Set(partitions.map(({ topic }) => topic))];
    const offsets = await admin.offsetsAt(topics, since - clockMarginMs);
    return partitions.map(({ topic, partition }) => offsets.get(topic)?.[partition] ?? -1);
  }

  /** Nothing to keep: an end that is read twice marks a firing that is marked. */
  async move(): Promise<void> {}
}

function endsJob({ key, headers }: IncomingRecord): boolean {
  return key !== null && isFinal(headers?.[headerNames.phase] as JobState);
}
