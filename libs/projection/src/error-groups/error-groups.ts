import type { JobId } from '@jobstream/contracts';
import type { JobError } from '@jobstream/contracts/records';
import {
  InvalidCursorError,
  maxCountedLetters,
  type ErrorGroupPatch,
  type ErrorGroupQuery,
} from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import { keptFor } from '../rows/counted-rows.js';
import { errorGroupOf, isOtherGroup } from './error-group.js';

/** A group as the tables have it. What is not counted is of its latest failure. */
export interface ErrorGroupRow {
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  readonly code: string;
  readonly message: string;
  readonly jobId: JobId;
  readonly count: number;
  readonly firstAt: Date;
  readonly lastAt: Date;
  /** Failures in each of the last 24 hours of the clock, the oldest first. */
  readonly trend: readonly number[];
  /** Jobs that are dead letters of the group now, counted to 1,001; null for a group of what found no room. */
  readonly deadLetters: number | null;
  readonly muted: boolean;
  readonly mutedUntil: Date | null;
  readonly note: string | null;
}

/** A page of groups. `next` is null at the end. */
export interface ErrorGroupRows {
  readonly items: ErrorGroupRow[];
  readonly next: string | null;
}

/** Which groups to list. */
export type ErrorGroupScope = Partial<Omit<ErrorGroupQuery, 'limit'>> & Pick<ErrorGroupQuery, 'limit'>;

const hours = 24;
/** Rows that one statement deletes. */
const maxPurged = 5_000;
/** Failures of a job among which the stack of its group is looked for. */
const maxLookedAt = 100;

const latest = (name: string, as: string) =>
  `(array_agg(${name} ORDER BY last_at DESC, job_id DESC))[1] AS "${as}"`;

/** The groups of errors, what people have said of them, and their failures of the last day. */
export class ErrorGroups {
  private readonly groups: string;
  private readonly hours: string;
  private readonly marks: string;
  private readonly jobs: string;

  constructor(private readonly database: Database) {
    const { projection, operations } = database;
    this.groups = `${projection}.error_groups`;
    this.hours = `${projection}.error_hours`;
    this.marks = `${operations}.error_marks`;
    this.jobs = `${projection}.jobs`;
  }

  /**
   * A page, those that failed last first.
   * @throws InvalidCursorError
   */
  async page({
    type,
    queue,
    muted,
    deadLetters,
    since,
    cursor,
    limit,
  }: ErrorGroupScope): Promise<ErrorGroupRows> {
    const below = cursor === undefined ? undefined : decodePlace(cursor);
    const found = await this.select(
      `WHERE ($1::text IS NULL OR type = $1) AND ($2::text IS NULL OR queue = $2) AND ($3::boolean IS NULL OR muted = $3)
         AND ($4::timestamptz IS NULL OR "lastAt" >= $4)
         AND ($5::timestamptz IS NULL OR ("lastAt", id) < ($5, $6))
         AND ($7::boolean IS NULL OR $7 = EXISTS (${this.lettersOf('summed.id')}))
       ORDER BY "lastAt" DESC, id DESC LIMIT $8`,
      [
        type ?? null,
        queue ?? null,
        muted ?? null,
        since ?? null,
        below?.at ?? null,
        below?.id ?? '',
        deadLetters ?? null,
        limit + 1,
      ],
    );
    const items = found.slice(0, limit);
    return { items, next: found.length > limit ? encodePlace(items.at(-1)!) : null };
  }

  /** A group; undefined where there is none of this id. */
  async find(id: string): Promise<ErrorGroupRow | undefined> {
    return (await this.select('WHERE id = $1', [id]))[0];
  }

  /** The stack of a group's latest failure, where its job is still kept. */
  async stackOf({ id, type, jobId }: Pick<ErrorGroupRow, 'id' | 'type' | 'jobId'>): Promise<string | null> {
    const { rows } = await this.database.query<{ error: string }>({
      name: 'errors-of-job',
      text: `SELECT error FROM ${this.database.projection}.job_transitions WHERE job_id = $1 AND error IS NOT NULL
             ORDER BY appended_at DESC LIMIT ${maxLookedAt}`,
      values: [jobId],
    });
    const errors = rows.map(({ error }) => JSON.parse(error) as JobError);
    const own = isOtherGroup(id) ? errors[0] : errors.find((error) => errorGroupOf(type, error) === id);
    return own?.stack ?? null;
  }

  /** Mutes a group or takes notes of it: what is not given stays. @returns whether there is such a group */
  async mark(id: string, { muted, note }: ErrorGroupPatch): Promise<boolean> {
    const { affected } = await this.database.query({
      text: `INSERT INTO ${this.marks} AS old (group_id, muted, muted_until, note, changed_at)
             SELECT $1, coalesce($2, false), $3, $4, now() WHERE EXISTS (SELECT FROM ${this.groups} WHERE id = $1)
             ON CONFLICT (group_id) DO UPDATE SET muted = coalesce($2, old.muted),
               muted_until = CASE WHEN $2 IS NULL THEN old.muted_until ELSE excluded.muted_until END,
               note = CASE WHEN $5 THEN excluded.note ELSE old.note END, changed_at = excluded.changed_at`,
      values: [
        id,
        muted === undefined ? null : muted !== false,
        muted instanceof Date ? muted : null,
        note ?? null,
        note !== undefined,
      ],
    });
    return affected > 0;
  }

  /**
   * Deletes hours that are older than a day, groups that have not failed since a time and of which no job is left, and what was said of
   * groups that are gone, at most 5,000 rows of each.
   * @returns the number of deleted rows
   */
  async purge(before: Date): Promise<number> {
    const hours = await this.delete(this.hours, `at < now() - ${keptFor}`, []);
    const groups = await this.delete(
      this.groups,
      `last_at < $1 AND NOT EXISTS (SELECT FROM ${this.groups} AS part WHERE part.id = old.id AND part.last_at >= $1)
         AND NOT EXISTS (SELECT FROM ${this.jobs} WHERE error_group = old.id)`,
      [before],
    );
    const marks = await this.delete(
      this.marks,
      `changed_at < $1 AND NOT EXISTS (SELECT FROM ${this.groups} WHERE id = old.group_id)`,
      [before],
    );
    return hours + groups + marks;
  }

  private async delete(table: string, where: string, values: readonly unknown[]): Promise<number> {
    const { affected } = await this.database.query({
      text: `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM ${table} AS old WHERE ${where} LIMIT ${maxPurged} FOR UPDATE SKIP LOCKED))`,
      values,
    });
    return affected;
  }

  private async select(where: string, values: readonly unknown[]): Promise<ErrorGroupRow[]> {
    const { rows } = await this.database.query<SelectedGroup>({
      text: `SELECT page.*, (SELECT count(*) FROM (${this.lettersOf('page.id')} LIMIT ${maxCountedLetters}) AS letters) AS "deadLetters"
             FROM (SELECT * FROM (${this.summed()}) AS summed ${where}) AS page`,
      values,
    });
    const trends = await this.trendsOf(rows.map(({ id }) => id));
    return rows.map(({ deadLetters, ...group }) => ({
      ...group,
      trend: trends.get(group.id)!,
      deadLetters: isOtherGroup(group.id) ? null : deadLetters,
    }));
  }

  /** The jobs that are dead letters of a group now. */
  private lettersOf(id: string): string {
    return `SELECT FROM ${this.jobs} WHERE error_group = ${id} AND indexed_state = 'dead_lettered'`;
  }

  /** All groups: at most some thousand rows. */
  private summed(): string {
    return `SELECT counted.*, coalesce(muted AND (muted_until IS NULL OR muted_until > now()), false) AS muted,
        CASE WHEN muted AND muted_until > now() THEN muted_until END AS "mutedUntil", note
      FROM (
        SELECT id, sum(count)::bigint AS count, min(first_at) AS "firstAt", max(last_at) AS "lastAt", ${latest('type', 'type')},
          ${latest('queue', 'queue')}, ${latest('code', 'code')}, ${latest('message', 'message')}, ${latest('job_id', 'jobId')}
        FROM ${this.groups} GROUP BY id
      ) AS counted LEFT JOIN ${this.marks} ON group_id = id`;
  }

  private async trendsOf(ids: readonly string[]): Promise<Map<string, number[]>> {
    const trends = new Map(ids.map((id) => [id, new Array<number>(hours).fill(0)]));
    if (ids.length === 0) return trends;
    const { rows } = await this.database.query<{ id: string; ago: number; count: number }>({
      name: 'error-trends',
      text: `SELECT id, (extract(epoch FROM date_bin('1 hour', now(), 'epoch') - at) / 3600)::integer AS ago, sum(count) AS count
             FROM ${this.hours} WHERE id = ANY($1) AND at > now() - interval '${hours} hours' GROUP BY id, at`,
      values: [ids],
    });
    for (const { id, ago, count } of rows) {
      // Clocks differ: the hour that the log is in may not have begun here.
      const hour = hours - 1 - Math.max(ago, 0);
      const trend = trends.get(id)!;
      if (hour >= 0) trend[hour] = (trend[hour] ?? 0) + count;
    }
    return trends;
  }
}

type SelectedGroup = Omit<ErrorGroupRow, 'trend' | 'deadLetters'> & { readonly deadLetters: number };

interface Place {
  readonly at: Date;
  readonly id: string;
}

function encodePlace({ lastAt, id }: ErrorGroupRow): string {
  return Buffer.from(`${lastAt.getTime()} ${id}`).toString('base64url');
}

/** @throws InvalidCursorError */
function decodePlace(cursor: string): Place {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const [, ms, id] = /^(\d{1,16}) ([0-9a-f]{16})$/.exec(text) ?? [];
  if (id === undefined || Number(ms) > 8.64e15) throw new InvalidCursorError();
  return { at: new Date(Number(ms)), id };
}
