import type { Topics } from '@jobstream/contracts';
import { codeOf, type Database, type Session } from '@jobstream/database';
import { TopicAdmin, type IncomingRecord, type KafkaConnection } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { LogSink, type WrittenBatch } from '@jobstream/sink';
import { rowsOf, writeRows, type CommittedRows, type WrittenRows } from './rows/projected-rows.js';
import { Checkpoints, ForeignLogError } from './progress/checkpoints.js';
import { projectRecord, type ProjectedRecord } from './rows/projected-record.js';
import { projectedTopics } from './projected-topics.js';
import { projectionLock } from './projection-lock.js';

export interface ProjectorOptions {
  readonly connection: KafkaConnection;
  readonly database: Database;
  readonly topics: Topics;
  readonly logger: Logger;
  /** Makes what has to be there before: schemas and topics. Repeated while Kafka or Postgres is away. */
  readonly prepare: () => Promise<void>;
  /** Only a restart, or a person, can help: Postgres too old, a log of another cluster, refused credentials. */
  readonly onFatal: (error: Error) => void;
  readonly onWritten?: (batch: WrittenBatch<CommittedRows>) => void;
  /** Told of rows before they are written, each time that is tried: a commit whose answer is lost may have been done. */
  readonly onWriting?: (rows: WrittenRows) => void;
  /**
   * For a generation that is built beside the live one, in the schema that `database` calls the projection: its number,
   * and a consumer group of its own. It gives up where the disk is full, so that the live one can go on.
   */
  readonly beside?: { readonly generation: number; readonly group: string };
}

/** SQLSTATE. */
const diskFull = '53100';

/** Writes every record of the log that tells of a job into the rows of the projection. */
export class Projector extends LogSink<ProjectedRecord, CommittedRows> {
  private readonly admin: TopicAdmin;

  constructor(private readonly options: ProjectorOptions) {
    const { connection, database, topics, logger, prepare, onFatal, beside } = options;
    const admin = new TopicAdmin(connection);
    super({
      connection,
      database,
      logger,
      groupId: beside?.group ?? topics.serviceGroup('projector'),
      topics: () => projectedTopics(admin, topics),
      positions: new Checkpoints(database, admin, beside?.generation),
      prepare,
      onFatal,
      isFatal: (error) =>
        error instanceof ForeignLogError || (beside !== undefined && codeOf(error) === diskFull),
      isIdempotent: true,
      commitHints: beside === undefined,
      // The checkpoints would be undone with the rows.
      transaction: { lazyCommit: true, sharedLock: projectionLock(database.projection) },
    });
    this.admin = admin;
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.admin.stop();
  }

  protected override read(records: readonly IncomingRecord[]): ProjectedRecord[] {
    const { topics } = this.options;
    return records.map((record) => projectRecord(record, topics.roleOf(record.topic)!));
  }

  protected override async write(
    session: Session,
    records: readonly ProjectedRecord[],
  ): Promise<CommittedRows> {
    const rows = rowsOf(records);
    this.options.onWriting?.(rows);
    const freedKeys = await writeRows(session, this.options.database, rows);
    return { ...rows, freedKeys };
  }

  protected override committed(batch: WrittenBatch<CommittedRows>): void {
    this.options.onWritten?.(batch);
  }
}
