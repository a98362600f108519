import type { FixedTerm, JobId } from '@jobstream/contracts';
import { decodeCursor, encodeCursor } from '@jobstream/contracts/rest';
import { codeOf, type Database, type Session } from '@jobstream/database';
import { findReach, type SearchReach } from '../search/search-reach.js';
import { jobAt, type JobAt } from './job-at.js';
import { readHistory } from './history.js';
import { jobColumns, readJobRow, smallJobColumns, type SelectedJob, type JobRow } from './job-row.js';
import {
  isNarrow,
  searchAt,
  searchesOf,
  stateThen,
  type ConditionalSearch,
  type JobSearch,
} from './job-search.js';
import { SearchPace } from './search-pace.js';

/** Which jobs to list: those that meet every term. */
export interface JobFilter {
  readonly terms: readonly FixedTerm[];
  /** The `next` of the page before; undefined for the newest. */
  readonly cursor?: string | undefined;
  /** Jobs a page at most, 1 or more. */
  readonly limit: number;
  /** Whether payload and result are read. Default false: null in each row. */
  readonly payload?: boolean;
  /** For how long hits are looked for, in ms, before the page is answered as it is. Default 25: what somebody waits for. */
  readonly searchMs?: number;
}

/** A page of jobs as they were at a time, as {@link JobPage} otherwise. */
export interface PastJobPage {
  readonly items: JobAt[];
  readonly next: string | null;
}

/**
 * A page of jobs. `next` is null at the end. A page may hold fewer jobs than asked for, even none, while `next` is not
 * null: finding rare jobs among many is done in bounded steps, and large jobs make a page full sooner.
 */
export interface JobPage {
  readonly items: JobRow[];
  readonly next: string | null;
  /** What an index of values of payloads has found; undefined where there is none for the filter. */
  readonly reach: SearchReach | undefined;
}

type FoundJobs = Pick<JobPage, 'items' | 'next'>;

const defaultSearchMs = 25;
/** JSON bytes of payloads that one step reads; one row may have more. */
const maxStepBytes = 1024 * 1024;
/** Time limit of a step. One that takes longer is made again with a smaller window. */
const maxStepMs = 1_000;
/** Maximum of JSON bytes of a page with more than one job. */
const maxPageBytes = 4 * 1024 * 1024;
/** Jobs of a page of the past at most: the records of each are read. */
const maxPastJobs = 100;
/** SQLSTATE of a statement that its time limit has ended. */
const queryCancelled = '57014';

/** What one step of a search has found. */
interface Step {
  readonly hits: readonly JobId[];
  /** The last row that was looked at. */
  readonly last: JobId | undefined;
  readonly isEnd: boolean;
}

/** What entries find has changed since the search was made: it has to be made again. */
class SearchOutdatedError extends Error {}

/** Pages through the jobs by id, newest first: window by window, so that no filter makes Postgres read without end. */
export class JobList {
  constructor(
    private readonly database: Database,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws InvalidCursorError */
  async page(filter: JobFilter): Promise<JobPage> {
    const { terms, cursor } = filter;
    const below = cursor === undefined ? undefined : decodeCursor(cursor);
    const reach = isNarrow(terms) ? undefined : await findReach(this.database, this.database, terms);
    const searches = searchesOf(terms, this.database, reach);
    try {
      const page = await (searches.every(isConditional)
        ? this.load(this.database, await this.find(searches, below, filter), filter)
        : this.take(searches[0]!, below, filter));
      return { ...page, reach };
    } catch (error) {
      if (error instanceof SearchOutdatedError) return this.page(filter);
      throw error;
    }
  }

  /**
   * A page of the jobs that there were at a time, at most 100, by the states that they had then.
   * @throws InvalidCursorError
   */
  async pageAt(filter: JobFilter, at: Date): Promise<PastJobPage> {
    const search = searchAt(filter.terms, this.database, at);
    const below = filter.cursor === undefined ? undefined : decodeCursor(filter.cursor);
    const limit = Math.min(filter.limit, maxPastJobs);
    const found = await this.find([search], below, { ...filter, limit });
    return this.database.transaction((session) => this.loadAt(session, found, filter, at), {
      snapshot: true,
    });
  }

  /** The first rows of the search, where all of them are hits. */
  private async take(
    search: JobSearch,
    below: JobId | undefined,
    { limit, payload = false }: JobFilter,
  ): Promise<FoundJobs> {
    const values = [...search.values.list];
    const { rows } = await this.database.query<SelectedJob & { near: number }>({
      text: `SELECT ${columnsOf(payload)}, near FROM (${measured(
        windowOf(search, this.database.projection, boundsBelow(search, below, values), limit + 1),
        payload,
      )}) AS page WHERE bytes <= ${maxPageBytes} OR nth = 1 ORDER BY id DESC`,
      values,
    });
    const items = rows.slice(0, limit).map(readJobRow);
    const isEnd = items.length === (rows[0]?.near ?? 0);
    return { items, next: isEnd ? null : encodeCursor(items.at(-1)!.id) };
  }

  /** Looks for hits window by window, in one search after another. */
  private async find(
    searches: readonly ConditionalSearch[],
    below: JobId | undefined,
    { limit, searchMs = defaultSearchMs }: JobFilter,
  ): Promise<FoundIds> {
    const began = this.now();
    const found: JobId[] = [];
    for (const search of searches) {
      const pace = new SearchPace(searchMs);
      for (;;) {
        const stepBegan = this.now();
        const step = await this.step(search, below, pace.window, limit + 1 - found.length);
        if (step === undefined) {
          pace.shrink();
          continue;
        }
        found.push(...step.hits);
        if (found.length > limit) return { ids: found.slice(0, limit), last: found[limit - 1] };
        if (step.isEnd) break;
        below = step.last;
        const now = this.now();
        if (!pace.goOn(now - stepBegan, now - began)) return { ids: found, last: below };
      }
    }
    return { ids: found, last: undefined };
  }

  /**
   * Looks through at most `window` rows below an id.
   * @returns undefined if that took too long
   * @throws SearchOutdatedError
   */
  private async step(
    search: ConditionalSearch,
    below: JobId | undefined,
    window: number,
    maxHits: number,
  ): Promise<Step | undefined> {
    const statement = stepStatement(search, {
      schema: this.database.projection,
      below,
      window,
      maxHits,
    });
    try {
      const { rows } = await this.database.transaction((session) => session.query<StepRow>(statement), {
        statementMs: maxStepMs,
        // A value may have a thousand times as many jobs as others have.
        indexOrder: search.seek?.by === 'names',
      });
      const { hits, seen, near, last, is_standing: isStanding } = rows[0]!;
      if (!isStanding) throw new SearchOutdatedError();
      return { hits: hits ?? [], last: last ?? undefined, isEnd: seen < window && seen === (near ?? seen) };
    } catch (error) {
      // One row is always looked through in time, unless Postgres is in trouble.
      if (codeOf(error) === queryCancelled && window > 1) return undefined;
      throw error;
    }
  }

  private async load(
    session: Session,
    { ids, last }: FoundIds,
    { payload = false }: JobFilter,
  ): Promise<FoundJobs> {
    if (ids.length === 0) return { items: [], next: last === undefined ? null : encodeCursor(last) };
    const { rows } = await session.query<SelectedJob>({
      name: payload ? 'list-whole-jobs' : 'list-jobs',
      text: `SELECT ${columnsOf(payload)} FROM (${measured(
        `SELECT * FROM ${this.database.projection}.jobs WHERE id = ANY($1::uuid[])`,
        payload,
      )}) AS page WHERE bytes <= ${maxPageBytes} OR nth = 1 ORDER BY id DESC`,
      values: [ids],
    });
    const items = rows.map(readJobRow);
    const end = items.length < ids.length ? items.at(-1)!.id : last;
    return { items, next: end === undefined ? null : encodeCursor(end) };
  }

  private async loadAt(session: Session, found: FoundIds, filter: JobFilter, at: Date): Promise<PastJobPage> {
    const { items, next } = await this.load(session, found, filter);
    const past: JobAt[] = [];
    for (const now of items) {
      const history = await readHistory(session, this.database.projection, now.id);
      past.push(jobAt(now, history ?? [], at));
    }
    return { items: past, next };
  }
}

/** What a search has found, and where it goes on. */
interface FoundIds {
  readonly ids: JobId[];
  /** The last id that was looked at; undefined at the end. */
  readonly last: JobId | undefined;
}

function columnsOf(payload: boolean): string {
  return payload ? jobColumns : smallJobColumns;
}

function isConditional(search: JobSearch): search is ConditionalSearch {
  return search.hit !== undefined;
}

/**
 * These rows, newest first, with the bytes of JSON that are read of each and all before it; `nth` is its place among them, `near` how
 * many they are.
 */
function measured(rows: string, payload: boolean): string {
  const bytes = [...(payload ? ['payload', 'result'] : []), 'error', 'progress']
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
  readonly is_standing: boolean;
}

interface StepBounds {
  /** The projection, quoted. */
  readonly schema: string;
  readonly below: JobId | undefined;
  readonly window: number;
  readonly maxHits: number;
}

function stepStatement(
  search: ConditionalSearch,
  { schema, below, window, maxHits }: StepBounds,
): {
  text: string;
  values: unknown[];
} {
  const values = [...search.values.list];
  const bounds = boundsBelow(search, below, values);
  const rows = search.readsPayload
    ? withinBytes(windowOf(search, schema, bounds, window))
    : windowOf(search, schema, bounds, window);
  return {
    text: `SELECT (array_agg(id) FILTER (WHERE hit))[1:${maxHits}]::text[] AS hits, count(*) AS seen,
             ${search.readsPayload ? 'max(near)' : 'NULL'} AS near, (array_agg(id))[count(*)]::text AS last,
             ${(search.seek?.by === 'names' && search.seek.isStanding) || 'true'} AS is_standing
           FROM (SELECT *, ${search.hit} AS hit FROM (${standing(search, rows)}) AS looked) AS seen`,
    values,
  };
}

/** The rows with the states that they had at the time that is looked at, each found once (OFFSET: not in place of each use). */
function standing({ stateAt }: JobSearch, rows: string): string {
  return stateAt === undefined
    ? rows
    : `SELECT *, ${stateAt} AS ${stateThen} FROM (${rows}) AS jobs OFFSET 0`;
}

/** The bounds of the ids; what they refer to is added to `values`. */
function boundsBelow({ bounds }: JobSearch, below: JobId | undefined, values: unknown[]): string[] {
  return below === undefined ? [...bounds] : [...bounds, `id < $${values.push(below)}::uuid`];
}

/** The rows to look through, newest first. */
function windowOf({ seek }: JobSearch, schema: string, bounds: readonly string[], window: number): string {
  const rows = (from: string, conditions: readonly string[]) =>
    `SELECT jobs.* FROM ${from} ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`}
     ORDER BY id DESC LIMIT ${window}`;
  if (seek === undefined) return rows(`${schema}.jobs`, bounds);
  // Each value is a range of the index in the order of ids; together they have to be merged.
  const sought = `unnest(${seek.sought}::${seek.type}[]) AS sought(value)`;
  return seek.by === 'column'
    ? `SELECT near.* FROM ${sought}
       CROSS JOIN LATERAL (${rows(`${schema}.jobs`, [`${seek.column} = sought.value`, ...bounds])}) AS near
       ORDER BY near.id DESC LIMIT ${window}`
    : // The bounds of the ids are bounds of that table's index too. It may name a job more than once: of each of its runs.
      `SELECT DISTINCT ON (near.id) near.* FROM ${sought}
       CROSS JOIN LATERAL (${rows(`(${seek.names}) AS named JOIN ${schema}.jobs USING (id)`, bounds)}) AS near
       ORDER BY near.id DESC LIMIT ${window}`;
}

/** The first of these rows, as many as have few enough bytes of payload; `near` is how many there would be. */
function withinBytes(rows: string): string {
  const bytes = 'coalesce(octet_length(payload), 0)';
  return `SELECT * FROM (SELECT *, count(*) OVER () AS near, sum(${bytes}) OVER (ORDER BY id DESC) - ${bytes} AS before
                         FROM (${rows}) AS near) AS measured
          WHERE before < ${maxStepBytes}`;
}
