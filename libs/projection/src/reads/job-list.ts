import type { FixedTerm, JobId } from '@jobstream/contracts';
import { decodeCursor, encodeCursor } from '@jobstream/contracts/rest';
import { codeOf, type Database } from '@jobstream/database';
import { jobColumns, readJobRow, type SelectedJob, type JobRow } from './job-row.js';
import { searchOf, type JobSearch } from './job-search.js';

/** Which jobs to list: those that meet every term. */
export interface JobFilter {
  readonly terms: readonly FixedTerm[];
  /** The `next` of the page before; undefined for the newest. */
  readonly cursor?: string | undefined;
  /** Jobs a page at most, 1 or more. */
  readonly limit: number;
}

/**
 * A page of jobs. `next` is null at the end. A page may hold fewer jobs than asked for, even none, while `next` is not
 * null: finding rare jobs among many is done in bounded steps, and large jobs make a page full sooner.
 */
export interface JobPage {
  readonly items: JobRow[];
  readonly next: string | null;
}

const minWindow = 1_000;
const maxWindow = 64_000;
/** JSON bytes of payloads that one step reads; one row may have more. */
const maxStepBytes = 16 * 1024 * 1024;
/** Time limit of a step. One that takes longer is made again with a smaller window. */
const maxStepMs = 1_000;
/** Time after which a page is answered as it is. */
const maxSearchMs = 1_500;
/** Maximum of JSON bytes of a page with more than one job. */
const maxPageBytes = 4 * 1024 * 1024;
/** SQLSTATE of a statement that its time limit has ended. */
const queryCancelled = '57014';

/** What one step of a search has found. */
interface Step {
  readonly hits: readonly JobId[];
  /** The last row that was looked at. */
  readonly last: JobId | undefined;
  readonly isEnd: boolean;
}

/** Pages through the jobs by id, newest first: window by window, so that no filter makes Postgres read without end. */
export class JobList {
  constructor(
    private readonly database: Database,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws InvalidCursorError */
  async page(filter: JobFilter): Promise<JobPage> {
    const search = searchOf(filter.terms, this.database);
    const below = filter.cursor === undefined ? undefined : decodeCursor(filter.cursor);
    return search.hit === undefined
      ? this.take(search, below, filter.limit)
      : this.find({ ...search, hit: search.hit }, below, filter.limit);
  }

  /** The first rows of the search, where all of them are hits. */
  private async take(search: JobSearch, below: JobId | undefined, limit: number): Promise<JobPage> {
    const values = [...search.values.list];
    const { rows } = await this.database.query<SelectedJob & { near: number }>({
      text: `SELECT ${jobColumns}, near FROM (${measured(
        windowOf(search, `${this.database.projection}.jobs`, boundsBelow(search, below, values), limit + 1),
      )}) AS page WHERE bytes <= ${maxPageBytes} OR nth = 1 ORDER BY id DESC`,
      values,
    });
    const items = rows.slice(0, limit).map(readJobRow);
    const isEnd = items.length === (rows[0]?.near ?? 0);
    return { items, next: isEnd ? null : encodeCursor(items.at(-1)!.id) };
  }

  /** Looks for hits window by window. */
  private async find(search: ConditionalSearch, below: JobId | undefined, limit: number): Promise<JobPage> {
    const giveUpAt = this.now() + maxSearchMs;
    const found: JobId[] = [];
    let largest = maxWindow;
    let window = minWindow;
    for (;;) {
      const step = await this.step(search, below, window, limit + 1 - found.length);
      if (step === undefined) {
        window = largest = Math.ceil(window / 8);
        continue;
      }
      found.push(...step.hits);
      if (found.length > limit) return this.load(found.slice(0, limit), found[limit - 1]);
      if (step.isEnd) return this.load(found, undefined);
      below = step.last;
      if (this.now() >= giveUpAt) return this.load(found, below);
      window = Math.min(window * 4, largest);
    }
  }

  /**
   * Looks through at most `window` rows below an id.
   * @returns undefined if that took too long
   */
  private async step(
    search: ConditionalSearch,
    below: JobId | undefined,
    window: number,
    maxHits: number,
  ): Promise<Step | undefined> {
    const statement = stepStatement(search, {
      jobs: `${this.database.projection}.jobs`,
      below,
      window,
      maxHits,
    });
    try {
      const { rows } = await this.database.transaction((session) => session.query<StepRow>(statement), {
        statementMs: maxStepMs,
      });
      const { hits, seen, near, last } = rows[0]!;
      return { hits: hits ?? [], last: last ?? undefined, isEnd: seen < window && seen === (near ?? seen) };
    } catch (error) {
      // One row is always looked through in time, unless Postgres is in trouble.
      if (codeOf(error) === queryCancelled && window > 1) return undefined;
      throw error;
    }
  }

  private async load(ids: JobId[], last: JobId | undefined): Promise<JobPage> {
    if (ids.length === 0) return { items: [], next: last === undefined ? null : encodeCursor(last) };
    const { rows } = await this.database.query<SelectedJob>({
      name: 'list-jobs',
      text: `SELECT ${jobColumns} FROM (${measured(
        `SELECT * FROM ${this.database.projection}.jobs WHERE id = ANY($1::uuid[])`,
      )}) AS page WHERE bytes <= ${maxPageBytes} OR nth = 1 ORDER BY id DESC`,
      values: [ids],
    });
    const items = rows.map(readJobRow);
    const end = items.length < ids.length ? items.at(-1)!.id : last;
    return { items, next: end === undefined ? null : encodeCursor(end) };
  }
}

/** Where not all rows that are looked at are hits. */
type ConditionalSearch = JobSearch & { readonly hit: string };

/**
 * These rows, newest first, with the bytes of JSON of each and all before it; `nth` is its place among them, `near` how many they are.
 */
function measured(rows: string): string {
  const bytes = ['payload', 'result', 'error', 'progress']
    .map((column) => `coalesce(octet_length(${column}), 0)`)
    .join(' + ');
  return `SELECT *, sum(${bytes}) OVER newest AS bytes, row_number() OVER newest AS nth, count(*) OVER () AS near
          FROM (${rows}) AS rows WINDOW newest AS (ORDER BY id DESC)`;
}

interface StepRow {
  readonly hits: JobId[] | null;
  readonly seen: number;
  readonly near: number | null;
  readonly last: JobId | null;
}

interface StepBounds {
  readonly jobs: string;
  readonly below: JobId | undefined;
  readonly window: number;
  readonly maxHits: number;
}

function stepStatement(
  search: ConditionalSearch,
  { jobs, below, window, maxHits }: StepBounds,
): {
  text: string;
  values: unknown[];
} {
  const values = [...search.values.list];
  const bounds = boundsBelow(search, below, values);
  const rows = search.readsPayload
    ? withinBytes(windowOf(search, jobs, bounds, window))
    : windowOf(search, jobs, bounds, window);
  return {
    text: `SELECT (array_agg(id) FILTER (WHERE hit))[1:${maxHits}]::text[] AS hits, count(*) AS seen,
             ${search.readsPayload ? 'max(near)' : 'NULL'} AS near, (array_agg(id))[count(*)]::text AS last
           FROM (SELECT *, ${search.hit} AS hit FROM (${rows}) AS looked) AS seen`,
    values,
  };
}

/** The bounds of the ids; what they refer to is added to `values`. */
function boundsBelow({ bounds }: JobSearch, below: JobId | undefined, values: unknown[]): string[] {
  return below === undefined ? [...bounds] : [...bounds, `id < $${values.push(below)}::uuid`];
}

/** The rows to look through, newest first. */
function windowOf({ seek }: JobSearch, jobs: string, bounds: readonly string[], window: number): string {
  const rows = (conditions: readonly string[]) =>
    `SELECT * FROM ${jobs} ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY id DESC LIMIT ${window}`;
  if (seek === undefined) return rows(bounds);
  // Each value is a range of the index in the order of ids; together they have to be merged.
  return `SELECT near.* FROM unnest(${seek.sought}::${seek.type}[]) AS sought(value)
          CROSS JOIN LATERAL (${rows([`${seek.column} = sought.value`, ...bounds])}) AS near
          ORDER BY near.id DESC LIMIT ${window}`;
}

/** The first of these rows, as many as have few enough bytes of payload; `near` is how many there would be. */
function withinBytes(rows: string): string {
  const bytes = 'coalesce(octet_length(payload), 0)';
  return `SELECT * FROM (SELECT *, count(*) OVER () AS near, sum(${bytes}) OVER (ORDER BY id DESC) - ${bytes} AS before
                         FROM (${rows}) AS near) AS measured
          WHERE before < ${maxStepBytes}`;
}
