import type { Topics } from '@jobstream/contracts';
import { decodeJobLog } from '@jobstream/contracts/records';
import type { Database, Session } from '@jobstream/database';
import type { IncomingRecord, KafkaConnection, TopicAdmin } from '@jobstream/kafka';
import { clean } from '@jobstream/lifecycle';
import type { Logger } from '@jobstream/runtime';
import { LogSink, ReadPositions } from '@jobstream/sink';
import { JobLogRows, type JobLogRow } from './job-log-rows.js';

export interface JobLogSinkOptions {
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly database: Database;
  readonly logger: Logger;
  /** Makes the schemas and topics. */
  readonly prepare: () => Promise<void>;
  readonly onFatal: (error: Error) => void;
}

/** What a `Date` and Postgres can hold: a topic set up by others may say anything. */
const maxTime = 8.64e15;
/** Lines are gathered so long before they are written: a flood of them must leave the projection its time. */
const paceMs = 100;

/** Reads what handlers log into rows that REST finds by job. Records that hold no lines of ours are passed over. */
export class JobLogSink extends LogSink<JobLogRow> {
  private readonly rows: JobLogRows;

  constructor({ connection, admin, topics, database, logger, prepare, onFatal }: JobLogSinkOptions) {
    const groupId = topics.serviceGroup('job-logs');
    super({
      connection,
      database,
      logger,
      groupId,
      topics: () => [topics.logs],
      positions: new ReadPositions(database, admin, groupId),
      prepare,
      onFatal,
      isIdempotent: true,
      paceMs,
    });
    this.rows = new JobLogRows(database);
  }

  protected override read(records: readonly IncomingRecord[]): JobLogRow[] {
    return records.flatMap(({ value, partition, offset, timestamp }): JobLogRow[] => {
      const log = decodeJobLog(value);
      if ('detail' in log) return [];
      const { id, run, attempt, worker, leftOut = null, lines } = log;
      return [
        {
          id,
          partition,
          offset,
          appendedAt: new Date(Math.min(Math.max(timestamp, 0), maxTime)),
          run,
          attempt,
          worker: clean(worker),
          leftOut,
          lines,
        },
      ];
    });
  }

  protected override async write(session: Session, rows: readonly JobLogRow[]): Promise<void> {
    if (rows.length > 0) await this.rows.write(session, rows);
  }
}
