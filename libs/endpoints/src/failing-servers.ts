import type { Database } from '@jobstream/database';

/** A row that was not renewed for this long is from a process that is gone. */
const staleAfterS = 30;

/**
 * The servers that fail, as http-workers find them: each row says that one process calls one origin no more, but for a probe. They
 * are for people who ask why a job waits; nothing is decided by them.
 */
export class FailingServers {
  constructor(private readonly database: Database) {}

  /** Says which origins this process calls no more, in place of what it has said before; deletes what is stale. */
  async note(worker: string, origins: readonly string[]): Promise<void> {
    const { operations } = this.database;
    await this.database.query({
      name: 'endpoint-circuits-note',
      text: `WITH gone AS (
          DELETE FROM ${operations}.endpoint_circuits
          WHERE (worker = $1 AND NOT origin = ANY($2)) OR seen_at < now() - make_interval(secs => $3))
        INSERT INTO ${operations}.endpoint_circuits (worker, origin) SELECT $1, unnest($2::text[])
        ON CONFLICT (origin, worker) DO UPDATE SET seen_at = now()`,
      values: [worker, origins, staleAfterS],
    });
  }

  /** The origins that are called no more, each since when, by whichever process has found it failing first. */
  async list(): Promise<Map<string, Date>> {
    const { rows } = await this.database.query<{ origin: string; since: Date }>({
      name: 'endpoint-circuits-list',
      text: `SELECT origin, min(opened_at) AS since FROM ${this.database.operations}.endpoint_circuits
        WHERE seen_at > now() - make_interval(secs => $1) GROUP BY origin`,
      values: [staleAfterS],
    });
    return new Map(rows.map(({ origin, since }) => [origin, since]));
  }
}
