import type { JobId } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import { readRunHistory, type HistoryItem, type HistoryOfRuns } from './history.js';
import { findJobs, readJobRow, type JobRow, type SelectedJob } from './job-row.js';

/** A run of a job, and the transitions that are known of it, in the order of its life: one at least. */
export interface RunHistory {
  readonly run: number;
  readonly items: readonly HistoryItem[];
}

/** Some runs of a job. */
export interface RunPage {
  /** The job as it is now: its request and outcome are of its newest run. */
  readonly now: JobRow;
  /** The newest first. */
  readonly runs: readonly RunHistory[];
  /** Whether there are runs before these. */
  readonly hasMore: boolean;
}

/** Above every run that a record can have. */
const aboveAll = 2 ** 31 - 1;

/** The newest runs of a job before `below`; undefined where there is no such job. */
export function readRunPage(
  database: Database,
  id: JobId,
  below: number | undefined,
  limit: number,
): Promise<RunPage | undefined> {
  const schema = database.projection;
  return database.transaction(
    async (session) => {
      const { rows } = await session.query<SelectedJob>(findJobs(schema, [id]));
      const history = await readRunHistory(session, schema, id, below ?? aboveAll);
      if (rows[0] === undefined || history === undefined) return undefined;
      return { now: readJobRow(rows[0]), ...pageOf(history, limit) };
    },
    { snapshot: true },
  );
}

/** The newest runs whose transitions are all there; one at least, so that the pages come to an end. */
export function pageOf({ items, cutBelow }: HistoryOfRuns, limit: number): Omit<RunPage, 'now'> {
  const byRun = new Map<number, HistoryItem[]>();
  for (const item of items) {
    const known = byRun.get(item.run);
    if (known === undefined) byRun.set(item.run, [item]);
    else known.push(item);
  }
  const all = [...byRun].map(([run, its]): RunHistory => ({ run, items: its })).reverse();
  const whole = all.filter(({ run }, nth) => nth === 0 || run >= cutBelow).slice(0, limit);
  return { runs: whole, hasMore: whole.length < all.length || (cutBelow > 1 && whole.length > 0) };
}
