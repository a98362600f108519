/** The runs that replays have reserved and still to send, or may send once more: others keep what these need. */
import type { Database } from '@jobstream/database';
import type { ForwardedRequest } from '@jobstream/intake';

/**
 * Subqueries that find the rows by which a replay may still send a job.
 * @param operations the schema, quoted
 * @param id SQL of the job's id
 */
export function unsentRuns(operations: string, id: string): string[] {
  return [
    `SELECT FROM ${operations}.replay_jobs AS replay WHERE replay.job_id = ${id} AND replay.state = 'reserved'`,
  ];
}

/** The values of the reserved requests: JSON, parsed. */
export async function readUnsentRequests(database: Database): Promise<unknown[]> {
  const { rows } = await database.query<{ request: string }>({
    text: `SELECT request FROM ${database.operations}.replay_jobs WHERE state = 'reserved'`,
  });
  return rows.map(({ request }) => JSON.parse((JSON.parse(request) as ForwardedRequest).value) as unknown);
}
