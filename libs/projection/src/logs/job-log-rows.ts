import type { JobId } from '@jobstream/contracts';
import type { LogLine } from '@jobstream/contracts/records';
import type { Database, Session } from '@jobstream/database';

/** A record of lines, as its row holds it. */
export interface JobLogRow {
  readonly id: JobId;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: Date;
  readonly run: number;
  readonly attempt: number;
  readonly worker: string;
  /** Lines of the attempt that were not kept; null but in its last record. */
  readonly leftOut: number | null;
  readonly lines: readonly LogLine[];
}

/** Which records of a job to read: those that meet every condition given. */
export interface JobLogFilter {
  readonly run?: number | undefined;
  readonly attempt?: number | undefined;
  /** At this offset or after it. Default: from the first. */
  readonly from?: number | undefined;
}

/** Records that are read at once: of 16 KiB each, where their attempts log much. */
export const maxLogRows = 64;
const maxPurged = 5_000;

/** The rows of `operations.job_logs`. */
export class JobLogRows {
  private readonly table: string;

  constructor(private readonly database: Database) {
    this.table = `${database.operations}.job_logs`;
  }

  /** Writes rows; those that are there already stay as they are. */
  async write(session: Session, rows: readonly JobLogRow[]): Promise<void> {
    await session.query({
      name: 'write-job-logs',
      text: `INSERT INTO ${this.table} (job_id, "offset", partition, appended_at, run, attempt, worker, left_out, lines)
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::int[], $4::timestamptz[], $5::int[], $6::int[], $7::text[],
          $8::int[], $9::text[]) ON CONFLICT DO NOTHING`,
      values: [
        rows.map(({ id }) => id),
        rows.map(({ offset }) => offset),
        rows.map(({ partition }) => partition),
        rows.map(({ appendedAt }) => appendedAt),
        rows.map(({ run }) => run),
        rows.map(({ attempt }) => attempt),
        rows.map(({ worker }) => worker),
        rows.map(({ leftOut }) => leftOut),
        rows.map(({ lines }) => JSON.stringify(lines)),
      ],
    });
  }

  /** The first records of a job that meet the conditions, at most 64, in their order. */
  async read(id: JobId, { run, attempt, from }: JobLogFilter): Promise<JobLogRow[]> {
    const { rows } = await this.database.query<Omit<JobLogRow, 'lines'> & { lines: string }>({
      name: 'read-job-logs',
      text: `SELECT job_id AS id, partition, "offset", appended_at AS "appendedAt", run, attempt, worker,
          left_out AS "leftOut", lines
        FROM ${this.table} WHERE job_id = $1 AND "offset" >= $2 AND ($3::int IS NULL OR run = $3)
          AND ($4::int IS NULL OR attempt = $4)
        ORDER BY "offset" LIMIT ${maxLogRows}`,
      values: [id, from ?? 0, run ?? null, attempt ?? null],
    });
    return rows.map(({ lines, ...row }) => ({ ...row, lines: JSON.parse(lines) as LogLine[] }));
  }

  /** Deletes rows that the log took before a time, at most 5,000. @returns the number of deleted rows */
  async purge(before: Date): Promise<number> {
    const { affected } = await this.database.query({
      text: `DELETE FROM ${this.table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ${this.table} WHERE appended_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      values: [before, maxPurged],
    });
    return affected;
  }
}
