import { throughputSteps, type ThroughputStep } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import { keptFor } from '../rows/counted-rows.js';

/** What to read: the steps of jobs of a type or a queue, since a time, in parts of so many milliseconds. */
export interface ThroughputScope {
  readonly type?: string | undefined;
  readonly queue?: string | undefined;
  readonly since: Date;
  readonly stepMs: number;
}

/** Steps of jobs from one time on, for the length of a part. */
export interface ThroughputPart extends Record<ThroughputStep, number> {
  readonly at: Date;
}

/** Rows that one statement deletes. */
const maxPurged = 5_000;

const sums = throughputSteps.map((step) => `sum(${step}) AS ${step}`).join(', ');

/** What became of jobs over the last day, in buckets of ten seconds. */
export class Throughput {
  private readonly table: string;

  constructor(private readonly database: Database) {
    this.table = `${database.projection}.throughput`;
  }

  /** The parts in which anything happened, in order. */
  async read({ type, queue, since, stepMs }: ThroughputScope): Promise<ThroughputPart[]> {
    const { rows } = await this.database.query<ThroughputPart>({
      name: 'read-throughput',
      text: `SELECT date_bin($4 * interval '1 millisecond', at, $1) AS at, ${sums}
             FROM ${this.table} WHERE at >= $1 AND ($2::text IS NULL OR type = $2) AND ($3::text IS NULL OR queue = $3)
             GROUP BY 1 ORDER BY 1`,
      values: [since, type ?? null, queue ?? null, stepMs],
    });
    return rows;
  }

  /** Deletes buckets that are older than a day, at most 5,000. @returns the number of deleted rows */
  async purge(): Promise<number> {
    const { affected } = await this.database.query({
      text: `DELETE FROM ${this.table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ${this.table} WHERE at < now() - ${keptFor} LIMIT $1 FOR UPDATE SKIP LOCKED))`,
      values: [maxPurged],
    });
    return affected;
  }
}
