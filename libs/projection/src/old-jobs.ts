import { lowestIdAt, type FinalState, type JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';

const pageSize = 5_000;

/** Deletes the rows of jobs that ended long ago. Reads the whole table: not for a request. */
export class OldJobs {
  constructor(private readonly database: Database) {}

  /**
   * Deletes, page by page, the jobs in these states that changed last before `before`, with their history, and what was
   * rejected before then. Answers how many jobs after each page.
   */
  async *deleteEnded(states: readonly FinalState[], before: Date): AsyncGenerator<number> {
    const { projection } = this.database;
    await this.database.query({
      text: `DELETE FROM ${projection}.rejected_records WHERE appended_at < $1`,
      values: [before],
    });
    let after: JobId = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const { rows } = await this.database.query<{ id: JobId }>({
        text: `SELECT id FROM ${projection}.jobs WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3`,
        values: [after, lowestIdAt(before.getTime()), pageSize],
      });
      if (rows.length === 0) return;
      yield await this.deletePage(
        rows.map(({ id }) => id),
        states,
        before,
      );
      after = rows.at(-1)!.id;
    }
  }

  /** In one statement: a job that is replayed meanwhile is not in these states any more, and keeps its history too. */
  private async deletePage(
    ids: readonly JobId[],
    states: readonly FinalState[],
    before: Date,
  ): Promise<number> {
    const { projection } = this.database;
    const { rows } = await this.database.query<{ jobs: number }>({
      text: `WITH gone AS (
               DELETE FROM ${projection}.jobs
               WHERE id IN (SELECT id FROM ${projection}.jobs WHERE id = ANY($1::uuid[]) ORDER BY id FOR UPDATE)
                 AND state = ANY($2) AND changed_at < $3 RETURNING id
             ), history AS (
               DELETE FROM ${projection}.job_transitions USING gone WHERE job_id = gone.id
             ) SELECT count(*)::integer AS jobs FROM gone`,
      values: [ids, states, before],
    });
    return rows[0]!.jobs;
  }
}
