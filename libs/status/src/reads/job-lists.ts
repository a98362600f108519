import { meetsFilter, type JobId } from '@jobstream/contracts';
import { decodeCursor, encodeCursor, type JobPage, type JobView } from '@jobstream/contracts/rest';
import type { JobFilter, JobQueries } from '@jobstream/projection';
import type { CatchUp } from './catch-up.js';
import { foundRow, latestOf, type FoundJob } from './found-job.js';
import type { ShownJob, ShownJobs } from './shown-jobs.js';

export interface JobListsOptions {
  readonly queries: Pick<JobQueries, 'list' | 'find'>;
  readonly shown: Pick<ShownJobs, 'all'>;
  readonly catchUp: Pick<CatchUp, 'reach'>;
}

/**
 * Lists jobs. A page has all that the log held when it was asked for. When the projection is too far behind for that, it has at
 * least the jobs that this process has shown.
 */
export class JobLists {
  constructor(private readonly options: JobListsOptions) {}

  /** @throws InvalidCursorError */
  async page(filter: JobFilter): Promise<JobPage> {
    const { queries, shown, catchUp } = this.options;
    await catchUp.reach();
    // Read before and after: a job that is forgotten in between may be in the database, but not in the rows that were read.
    const before = shown.all();
    const { items, next } = await queries.list(filter);
    const known = new Map([...before, ...shown.all()]);
    const rows = items.map(foundRow);
    if (known.size === 0)
      return described(
        rows.map(({ view }) => view),
        next,
        filter.limit,
      );
    const onPage = rows.map((row) => latestOf([row, known.get(row.view.id)?.read()]) ?? row);
    const missing = missingOn(rows, next, known, filter);
    const considered = missing.slice(0, filter.limit + 1);
    const last = missing.length > considered.length ? encodeCursor(considered.at(-1)!.traits.id) : next;
    const found = [...onPage, ...(await this.readMissing(considered))].map(({ view }) => view);
    // The database has chosen the rows. Only jobs that this process knows better may not belong.
    const chosen = found.filter((view) => !known.has(view.id) || meetsFilter(view, filter.terms));
    return pageOf(chosen, filter.limit, last);
  }

  /** Shown jobs merged with their rows, which may be later by now. */
  private readMissing(missing: readonly ShownJob[]): Promise<FoundJob[]> {
    return Promise.all(
      missing.map(async (job) => {
        const row = await this.options.queries.find(job.traits.id);
        return latestOf([row && foundRow(row), job.read()])!;
      }),
    );
  }
}

/** Shown jobs that belong on the page and are not on it, newest first. */
function missingOn(
  rows: readonly FoundJob[],
  next: string | null,
  known: ReadonlyMap<JobId, ShownJob>,
  filter: JobFilter,
): ShownJob[] {
  // Only the projection can tell which jobs a replay has run.
  if (filter.terms.some(({ field }) => field === 'replay')) return [];
  const onPage = new Set(rows.map(({ view }) => view.id));
  const below = filter.cursor === undefined ? undefined : decodeCursor(filter.cursor);
  const last = next === null ? undefined : decodeCursor(next);
  return [...known.values()]
    .filter(({ traits: { id } }) => !onPage.has(id))
    .filter(({ traits: { id } }) => (below === undefined || id < below) && (last === undefined || id >= last))
    .filter(({ traits }) => meetsFilter(traits, filter.terms))
    .sort((a, b) => newestFirst(a.traits, b.traits));
}

/** @param next the cursor of the next page if all views fit: jobs below it are not on this page */
function pageOf(views: readonly JobView[], limit: number, next: string | null): JobPage {
  const last = next === null ? undefined : decodeCursor(next);
  const within = views.filter(({ id }) => last === undefined || id >= last).sort(newestFirst);
  const items = within.slice(0, limit);
  return described(items, within.length > items.length ? encodeCursor(items.at(-1)!.id) : next, limit);
}

/** A page that is not full before the end says how far the jobs were looked through. */
function described(items: JobView[], next: string | null, limit: number): JobPage {
  return { items, next, scannedTo: items.length < limit ? next : null };
}

function newestFirst(a: { id: JobId }, b: { id: JobId }): number {
  return a.id < b.id ? 1 : -1;
}
