import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';

const pageSize = 1_000;

/** Finds the jobs that may run yet, or again. Reads the whole table: not for a request. */
export class NeededJobs {
  constructor(private readonly database: Database) {}

  /**
   * The payloads of all jobs of these types that are unfinished or dead letters, and of those created since then whatever
   * became of them: they can be replayed. A payload that was not projected yet is null.
   */
  async *payloads(types: readonly string[], since: Date): AsyncGenerator<unknown> {
    let after: JobId = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const { rows } = await this.database.query<{ id: JobId; payload: string | null }>({
        name: 'needed-payloads',
        text: `SELECT id, payload FROM ${this.database.projection}.jobs
               WHERE id > $1 AND type = ANY($2)
                 AND (state NOT IN ('succeeded', 'cancelled', 'expired') OR created_at >= $3)
               ORDER BY id LIMIT $4`,
        values: [after, types, since, pageSize],
      });
      for (const { payload } of rows) yield payload === null ? null : (JSON.parse(payload) as unknown);
      if (rows.length < pageSize) return;
      after = rows.at(-1)!.id;
    }
  }
}
