import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import { standingOf } from '@jobstream/lifecycle';
import { readHistory, type HistoryItem } from './history.js';
import { findJobs, readJobRow, type SelectedJob, type JobRow } from './job-row.js';

/** A job as it was at a time, by the records that the log had taken by then. */
export interface JobAt {
  /** As it is now: source of the fields that never change, and of those of a run or an outcome that is still the same. */
  readonly now: JobRow;
  /** The transition that its state was from; undefined before its first one. */
  readonly step: HistoryItem | undefined;
  /** Distinct starts of the run that were known of. */
  readonly deliveries: number;
}

/** Reads a job as it was at a time; undefined where there is no such job. */
export function readJobAt(database: Database, id: JobId, at: Date): Promise<JobAt | undefined> {
  return database.transaction(
    async (session) => {
      const { rows } = await session.query<SelectedJob>(findJobs(database.projection, [id]));
      const history = await readHistory(session, database.projection, id);
      if (rows[0] === undefined || history === undefined) return undefined;
      return jobAt(readJobRow(rows[0]), history, at);
    },
    { snapshot: true },
  );
}

/** The job at a time, by its row and all its transitions. */
export function jobAt(now: JobRow, history: readonly HistoryItem[], at: Date): JobAt {
  const past = history
    .filter((item) => item.at <= at)
    .map((item) => ({ ...item, timestamp: item.at.getTime() }));
  const step = standingOf(past);
  const starts = new Set<string>();
  for (const { run, worker, startedAt, timestamp } of past)
    if (run === step?.run && worker !== null)
      starts.add(`${startedAt?.getTime() ?? `by ${timestamp}`} ${worker}`);
  return { now, step, deliveries: starts.size };
}
