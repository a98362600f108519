import type { Database } from '@jobstream/database';

/** What became of the jobs of a type that were created on a day in UTC, as it was when they were counted. */
export interface DailyStatistic {
  readonly type: string;
  readonly created: number;
  readonly succeeded: number;
  readonly deadLettered: number;
  /** Cancelled, expired or unfinished. */
  readonly other: number;
  /** Of those that succeeded, from the start of the last attempt to its end; null where none did. */
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

/** A day, `2026-11-22`, and its statistic of one type. */
export type ToldDay = Pick<DailyStatistic, 'type' | 'succeeded' | 'deadLettered' | 'other'> & {
  readonly day: string;
};

/** The rows of `operations.daily_statistics`, which outlive the rows of the jobs that they count. */
export class DailyStatistics {
  private readonly table: string;

  constructor(private readonly database: Database) {
    this.table = `${database.operations}.daily_statistics`;
  }

  /**
   * Puts a day's statistics in place of those before. A type of which fewer jobs are found than then keeps the old ones: rows of its
   * jobs were deleted meanwhile.
   * @param day `2026-11-22`
   */
  async replace(day: string, statistics: readonly DailyStatistic[]): Promise<void> {
    const column = <Key extends keyof DailyStatistic>(key: Key) => statistics.map((row) => row[key]);
    await this.database.query({
      text: `INSERT INTO ${this.table} AS kept
               (day, type, created, succeeded, dead_lettered, other, median_ms, p95_ms)
             SELECT $1::date, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
               $7::double precision[], $8::double precision[])
             ON CONFLICT (day, type) DO UPDATE SET
               created = excluded.created, succeeded = excluded.succeeded, dead_lettered = excluded.dead_lettered,
               other = excluded.other, median_ms = excluded.median_ms, p95_ms = excluded.p95_ms
             WHERE excluded.created >= kept.created`,
      values: [
        day,
        column('type'),
        column('created'),
        column('succeeded'),
        column('deadLettered'),
        column('other'),
        column('medianMs'),
        column('p95Ms'),
      ],
    });
  }

  /** The statistics of the days in `[since, until)`, by type. */
  async between(since: string, until: string): Promise<ToldDay[]> {
    const { rows } = await this.database.query<ToldDay>({
      text: `SELECT to_char(day, 'YYYY-MM-DD') AS day, type, succeeded, dead_lettered AS "deadLettered", other
             FROM ${this.table} WHERE day >= $1::date AND day < $2::date ORDER BY type`,
      values: [since, until],
    });
    return rows;
  }
}
