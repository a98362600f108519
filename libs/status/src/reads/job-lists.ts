import { meetsFilter, type JobId } from '@jobstream/contracts';
import {
  decodeCursor,
  encodeCursor,
  timeOfId,
  type JobPage,
  type JobView,
  type ListedJob,
} from '@jobstream/contracts/rest';
import { noBound, type JobFilter, type JobQueries, type SearchReach } from '@jobstream/projection';
import { foundRow, latestOf, type FoundJob } from './found-job.js';
import { listedAt, listedView } from './job-view.js';
import { reachTime, type PastTimeOptions } from './past-time.js';
import type { ShownJob, ShownJobs } from './shown-jobs.js';

export interface JobListsOptions extends PastTimeOptions {
  readonly queries: Pick<JobQueries, 'list' | 'listAt' | 'find'>;
  readonly shown: Pick<ShownJobs, 'all'>;
}

/**
 * Lists jobs. A page has all that the log held when it was asked for. When the projection is too far behind for that, it has at
 * least the jobs that this process has shown.
 */
export class JobLists {
  constructor(private readonly options: JobListsOptions) {}

  /** @throws InvalidCursorError */
  async page({ payload = false, ...conditions }: JobFilter): Promise<JobPage> {
    // What this process has shown is held against the filter once more.
    const readsPayload = conditions.terms.some(({ field }) => field === 'payload');
    const { views, next, reach } = await this.views({ ...conditions, payload: payload || readsPayload });
    return described(
      views.map((view) => listedView(view, payload)),
      next,
      conditions.limit,
      reach,
    );
  }

  /**
   * A page of the jobs as they were at a time.
   * @throws InvalidCursorError; StatusError `invalid_request` for a future time
   */
  async pageAt(filter: JobFilter, at: Date): Promise<JobPage> {
    await reachTime(at, this.options);
    const { items, next } = await this.options.queries.listAt(filter, at);
    return described(
      items.flatMap((job) => listedAt(job, at, filter.payload ?? false) ?? []),
      next,
      filter.limit,
    );
  }

  private async views(filter: JobFilter): Promise<ViewPage> {
    const { queries, shown, catchUp } = this.options;
    await catchUp.reach();
    // Read before and after: a job that is forgotten in between may be in the database, but not in the rows that were read.
    const before = shown.all();
    const { items, next, reach } = await queries.list(filter);
    const known = new Map([...before, ...shown.all()]);
    const rows = items.map(foundRow);
    if (known.size === 0) return { views: rows.map(({ view }) => view), next, reach };
    const onPage = rows.map((row) => latestOf([row, known.get(row.view.id)?.read()]) ?? row);
    const missing = missingOn(rows, next, known, filter);
    const considered = missing.slice(0, filter.limit + 1);
    const last = missing.length > considered.length ? encodeCursor(considered.at(-1)!.traits.id) : next;
    const found = [...onPage, ...(await this.readMissing(considered))].map(({ view }) => view);
    // The database has chosen the rows. Only jobs that this process knows better may not belong.
    const chosen = found.filter((view) => !known.has(view.id) || meetsFilter(view, filter.terms));
    return { ...pageOf(chosen, filter.limit, last), reach };
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

interface ViewPage {
  readonly views: readonly JobView[];
  readonly next: string | null;
  readonly reach: SearchReach | undefined;
}

/** @param next the cursor of the next page if all views fit: jobs below it are not on this page */
function pageOf(views: readonly JobView[], limit: number, next: string | null): Omit<ViewPage, 'reach'> {
  const last = next === null ? undefined : decodeCursor(next);
  const within = views.filter(({ id }) => last === undefined || id >= last).sort(newestFirst);
  const items = within.slice(0, limit);
  return { views: items, next: within.length > items.length ? encodeCursor(items.at(-1)!.id) : next };
}

/** A page that is not full before the end says how far the jobs were looked through. */
function described(items: ListedJob[], next: string | null, limit: number, reach?: SearchReach): JobPage {
  const indexed = reach === undefined ? null : indexOf(reach);
  return { items, next, scannedTo: items.length < limit ? next : null, indexed };
}

function indexOf({ term, bound }: SearchReach): JobPage['indexed'] {
  const since = bound === noBound ? null : new Date(timeOfId(bound)).toISOString();
  return { path: term.path!, since };
}

function newestFirst(a: { id: JobId }, b: { id: JobId }): number {
  return a.id < b.id ? 1 : -1;
}
