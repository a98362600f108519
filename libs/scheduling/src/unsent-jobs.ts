/** The jobs that the scheduler has still to send, or may send once more: others keep what these need. */
import type { ScheduledJob } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import { unsentDelayed } from '@jobstream/intake';

/**
 * Subqueries that find the rows by which the scheduler may still send a job.
 * @param operations the schema, quoted
 * @param id SQL of the job's id
 */
export function unsentJobs(operations: string, id: string): string[] {
  return [
    unsentDelayed(operations, id),
    `SELECT FROM ${operations}.schedule_firings AS firing WHERE firing.job_id = ${id} AND firing.state = 'pending'`,
  ];
}

/** The jobs that schedules make, and those of occurrences that are decided and not sent yet. */
export async function readScheduledJobs(database: Database): Promise<ScheduledJob[]> {
  const { operations } = database;
  const { rows } = await database.query<{ job: string }>({
    text: `SELECT job FROM ${operations}.schedules
           UNION ALL SELECT job FROM ${operations}.schedule_firings WHERE state = 'pending'`,
  });
  return rows.map(({ job }) => JSON.parse(job) as ScheduledJob);
}
