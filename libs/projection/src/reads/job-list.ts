import type { JobId, JobState } from '@jobstream/contracts';
import { decodeCursor, encodeCursor, lowestIdAt } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import { clean } from '@jobstream/lifecycle';
import { jobColumns, readJobRow, type SelectedJob, type JobRow } from './job-row.js';

/** Which jobs to list: those that meet every condition given. */
export interface JobFilter {
  readonly type?: string | undefined;
  readonly queue?: string | undefined;
  readonly state?: JobState | undefined;
  readonly submittedFor?: string | undefined;
  /** Created at this time or later. */
  readonly since?: Date | undefined;
  /** Created before this time. */
  readonly until?: Date | undefined;
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

/** Times in ids and `createdAt` come from different clocks and moments (a request made again after an unknown answer). */
export const idSlackMs = 2 * 24 * 3_600_000;
const minWindow = 1_000;
const maxWindow = 64_000;
/** Time after which a page is answered as it is. */
const maxSearchMs = 1_500;
/** Maximum of JSON bytes of a page with more than one job. */
const maxPageBytes = 4 * 1024 * 1024;

/** Pages through the jobs by id, newest first: window by window, so that no filter makes Postgres read without end. */
export class JobList {
  constructor(
    private readonly database: Database,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws InvalidCursorError */
  async page(filter: JobFilter): Promise<JobPage> {
    const giveUpAt = this.now() + maxSearchMs;
    const search = searchOf(filter);
    const found: JobId[] = [];
    let below = filter.cursor === undefined ? undefined : decodeCursor(filter.cursor);
    let window = search.selective ? minWindow : filter.limit + 1;
    for (;;) {
      const step = await this.step(search, below, window, filter.limit + 1 - found.length);
      found.push(...step.hits);
      if (found.length > filter.limit)
        return this.load(found.slice(0, filter.limit), found[filter.limit - 1]);
      if (step.seen < window) return this.load(found, undefined);
      below = step.last;
      if (this.now() >= giveUpAt) return this.load(found, below);
      window = Math.min(window * 4, maxWindow);
    }
  }

  /** The hits among the next `window` jobs below an id, and the last one seen. */
  private async step(
    { range, hit, values }: Search,
    below: JobId | undefined,
    window: number,
    maxHits: number,
  ): Promise<{ hits: JobId[]; seen: number; last: JobId | undefined }> {
    const bounds = below === undefined ? range : [...range, `id < $${values.length + 1}::uuid`];
    const where = bounds.length === 0 ? '' : `WHERE ${bounds.join(' AND ')}`;
    const { rows } = await this.database.query<{ hits: JobId[] | null; seen: number; last: JobId | null }>({
      text: `SELECT (array_agg(id) FILTER (WHERE hit))[1:${maxHits}]::text[] AS hits, count(*) AS seen,
               (array_agg(id))[count(*)]::text AS last
             FROM (SELECT id, ${hit.length === 0 ? 'true' : hit.join(' AND ')} AS hit
                   FROM ${this.database.projection}.jobs ${where} ORDER BY id DESC LIMIT ${window}) AS seen`,
      values: below === undefined ? values : [...values, below],
    });
    const { hits, seen, last } = rows[0]!;
    return { hits: hits ?? [], seen, last: last ?? undefined };
  }

  private async load(ids: JobId[], last: JobId | undefined): Promise<JobPage> {
    if (ids.length === 0) return { items: [], next: last === undefined ? null : encodeCursor(last) };
    const { rows } = await this.database.query<SelectedJob>({
      name: 'list-jobs',
      text: `SELECT ${jobColumns} FROM (
               SELECT *, sum(${jsonBytes}) OVER (ORDER BY id DESC) AS bytes
               FROM ${this.database.projection}.jobs WHERE id = ANY($1::uuid[])) AS page
             WHERE bytes <= ${maxPageBytes} OR id = $2 ORDER BY id DESC`,
      values: [ids, ids[0]],
    });
    const items = rows.map(readJobRow);
    const end = items.length < ids.length ? items.at(-1)!.id : last;
    return { items, next: end === undefined ? null : encodeCursor(end) };
  }
}

const jsonBytes = ['payload', 'result', 'error', 'progress']
  .map((column) => `coalesce(octet_length(${column}), 0)`)
  .join(' + ');

interface Search {
  /** Conditions that an index finds rows by. */
  readonly range: string[];
  /** Conditions that rows have to be read for. */
  readonly hit: string[];
  readonly selective: boolean;
  readonly values: unknown[];
}

function searchOf({ type, queue, state, submittedFor, since, until }: JobFilter): Search {
  const range: string[] = [];
  const hit: string[] = [];
  const values: unknown[] = [];
  const value = (given: string | Date) => `$${values.push(typeof given === 'string' ? clean(given) : given)}`;
  if (state === 'queued' || state === 'succeeded') hit.push(`state = ${value(state)}`);
  else if (state !== undefined) range.push(`indexed_state = ${value(state)}`);
  if (submittedFor !== undefined) range.push(`submitted_for = ${value(submittedFor)}`);
  if (type !== undefined) hit.push(`type = ${value(type)}`);
  if (queue !== undefined) hit.push(`queue = ${value(queue)}`);
  if (since !== undefined) {
    range.push(`id >= ${value(lowestIdAt(since.getTime() - idSlackMs))}::uuid`);
    hit.push(`created_at >= ${value(since)}`);
  }
  if (until !== undefined) {
    range.push(`id < ${value(lowestIdAt(until.getTime() + idSlackMs))}::uuid`);
    hit.push(`created_at < ${value(until)}`);
  }
  return { range, hit, values, selective: hit.length > 0 };
}
