import type { Database } from '@jobstream/database';

/** Flows that one call deletes at most: each has up to 10,000 jobs. */
const maxPurged = 100;

/**
 * Subquery that finds the flows by which a job may still be sent.
 * @param operations the schema, quoted
 * @param id SQL of the job's id
 */
export function unsentSteps(operations: string, id: string): string[] {
  return [
    `SELECT FROM ${operations}.flow_steps AS step JOIN ${operations}.flows AS flow ON flow.id = step.flow_id
     WHERE step.job_id = ${id} AND flow.finished_at IS NULL`,
  ];
}

/** What the retention needs to know of flows, and the end of those that ended long ago. */
export class FlowArchive {
  private readonly flows: string;

  constructor(private readonly database: Database) {
    this.flows = `${database.operations}.flows`;
  }

  /** When the oldest flow was made that has not ended, in milliseconds since 1970; undefined when all have. */
  async oldestUnfinished(): Promise<number | undefined> {
    const { rows } = await this.database.query<{ created_at: Date }>({
      text: `SELECT created_at FROM ${this.flows} WHERE finished_at IS NULL ORDER BY id LIMIT 1`,
    });
    return rows[0]?.created_at.getTime();
  }

  /** Deletes flows that ended longer ago, at most a hundred. @returns their number */
  async purge(olderThanMs: number): Promise<number> {
    const { affected } = await this.database.query({
      text: `DELETE FROM ${this.flows} WHERE id = ANY (ARRAY(
               SELECT id FROM ${this.flows} WHERE finished_at < clock_timestamp() - $1 * interval '1 millisecond'
               ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED))`,
      values: [olderThanMs, maxPurged],
    });
    return affected;
  }
}
