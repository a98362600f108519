import type { JobId, JobState } from '@jobstream/contracts';
import type { DeadLetterReason } from '@jobstream/contracts/records';
import { lowestIdAt } from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import { DailyStatistics } from './daily-statistics.js';
import { idSlackMs } from './job-search.js';

/** Which jobs a report is about: those created in `[since, until)`, of one submitter or of all. */
export interface ReportScope {
  /** Undefined for everybody's. */
  readonly submittedFor?: string | undefined;
  readonly since: Date;
  readonly until: Date;
}

/** How many jobs of a type are in a state, and how long their last attempts took. */
export interface TypeCount {
  readonly type: string;
  readonly state: JobState;
  readonly count: number;
}

/** How long the jobs of a type took from the start of the last attempt to their success, in ms. */
export interface TypeDuration {
  readonly type: string;
  readonly count: number;
  readonly meanMs: number;
  readonly medianMs: number;
  /** 95 of 100 were no slower. */
  readonly p95Ms: number;
  readonly longestMs: number;
}

/** Jobs by their outcome. */
export interface OutcomeCounts {
  readonly succeeded: number;
  readonly deadLettered: number;
  /** Everything else, finished or not. */
  readonly other: number;
}

/** The jobs created on a day, in UTC. */
export interface DayCount extends OutcomeCounts {
  /** `2026-11-22`. Days without jobs are there too. */
  readonly day: string;
}

/** The jobs created on a day, in UTC, by type. */
export interface DayUsage {
  /** As in {@link DayCount}. */
  readonly day: string;
  readonly types: readonly (OutcomeCounts & { readonly type: string })[];
}

type DayTypeCount = DayCount & { readonly type: string };

/** How many jobs of a type ended as dead letters for the same reason with the same error code. */
export interface FailureCause {
  readonly type: string;
  readonly reason: DeadLetterReason;
  readonly code: string;
  readonly count: number;
}

/** A job that ended as a dead letter. */
export interface FailedJob {
  readonly id: JobId;
  readonly type: string;
  /** When the log took the dead letter. */
  readonly at: Date;
  readonly code: string;
  readonly message: string;
}

/**
 * The figures of reports. Reads many rows: give it connections of its own, with a statement timeout to match. Rejects
 * with what the database lib throws while Postgres is away.
 */
export class ReportQueries {
  private readonly statistics: DailyStatistics;

  constructor(private readonly database: Database) {
    this.statistics = new DailyStatistics(database);
  }

  /** By type, then state. */
  async countsByType(scope: ReportScope): Promise<TypeCount[]> {
    return this.select(scope, 'type, state, count(*) AS count', 'GROUP BY type, state ORDER BY type, state');
  }

  /** Of the jobs that succeeded, by type. */
  async durationsByType(scope: ReportScope): Promise<TypeDuration[]> {
    const took = `(extract(epoch FROM finished_at - started_at) * 1000)::float8`;
    return this.select(
      scope,
      `type, count(*) AS count, avg(${took}) AS "meanMs",
       percentile_cont(0.5) WITHIN GROUP (ORDER BY ${took}) AS "medianMs",
       percentile_cont(0.95) WITHIN GROUP (ORDER BY ${took}) AS "p95Ms", max(${took}) AS "longestMs"`,
      `AND state = 'succeeded' AND finished_at >= started_at GROUP BY type ORDER BY type`,
    );
  }

  /** Every day of the scope, in order. */
  async countsByDay(scope: ReportScope): Promise<DayCount[]> {
    const rows = await this.select<DayCount>(scope, `${createdDay} AS day, ${outcomeCounts}`, 'GROUP BY day');
    const byDay = new Map(rows.map((row) => [row.day, row]));
    return daysOf(scope).map((day) => byDay.get(day) ?? { day, succeeded: 0, deadLettered: 0, other: 0 });
  }

  /**
   * Every day of the scope, in order, of everybody's jobs. A day that is over and in `operations.daily_statistics` is told as it
   * stands there, whether or not the rows of its jobs are still kept; any other is counted.
   * @param scope `since` is the beginning of a day in UTC
   */
  async usageByDay({ since, until }: Omit<ReportScope, 'submittedFor'>): Promise<DayUsage[]> {
    const days = daysOf({ since, until });
    const told = await this.statistics.between(dayOf(since), dayOf(until));
    const toldDays = new Set(told.map(({ day }) => day));
    const firstUntold = days.find((day) => !toldDays.has(day));
    const counted =
      firstUntold === undefined
        ? []
        : await this.select<DayTypeCount>(
            { since: new Date(firstUntold), until },
            `${createdDay} AS day, type, ${outcomeCounts}`,
            'GROUP BY day, type ORDER BY type COLLATE "C"',
          );
    return days.map((day) => ({
      day,
      types: (toldDays.has(day) ? told : counted)
        .filter((row) => row.day === day)
        .map(({ type, succeeded, deadLettered, other }) => ({ type, succeeded, deadLettered, other })),
    }));
  }

  /** Why jobs ended as dead letters, the most frequent first. */
  async failureCauses(scope: ReportScope): Promise<FailureCause[]> {
    return this.select(
      scope,
      `type, reason, ${errorCode} AS code, count(*) AS count`,
      `AND indexed_state = 'dead_lettered' GROUP BY type, reason, code ORDER BY count DESC, type, reason, code`,
    );
  }

  /** The newest jobs that ended as dead letters, `max` at most. */
  async failedJobs(scope: ReportScope, max: number): Promise<FailedJob[]> {
    const rows = await this.select<Omit<FailedJob, 'message'> & { error: string | null }>(
      scope,
      `id, type, changed_at AS at, ${errorCode} AS code, error`,
      `AND indexed_state = 'dead_lettered' ORDER BY id DESC LIMIT ${max}`,
    );
    return rows.map(({ error, ...job }) => ({ ...job, message: messageOf(error) }));
  }

  private async select<Row>(
    { submittedFor, since, until }: ReportScope,
    what: string,
    how: string,
  ): Promise<Row[]> {
    const values: unknown[] = [
      since,
      until,
      lowestIdAt(since.getTime() - idSlackMs),
      lowestIdAt(until.getTime() + idSlackMs),
    ];
    if (submittedFor !== undefined) values.push(submittedFor);
    const { rows } = await this.database.query<Row>({
      text: `SELECT ${what} FROM ${this.database.projection}.jobs
             WHERE id >= $3::uuid AND id < $4::uuid AND created_at >= $1 AND created_at < $2
               ${submittedFor === undefined ? '' : 'AND submitted_for = $5'} ${how}`,
      values,
    });
    return rows;
  }
}

/** The code of an error as JSON text, which begins with it. */
const errorCode = `coalesce(substring(error FROM '^\\{"code":"([^"\\\\]*)"'), '')`;

const createdDay = `to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`;

/** The columns of {@link OutcomeCounts}. */
const outcomeCounts = `count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
  count(*) FILTER (WHERE state = 'dead_lettered') AS "deadLettered",
  count(*) FILTER (WHERE state NOT IN ('succeeded', 'dead_lettered')) AS other`;

const dayMs = 24 * 3_600_000;

function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}

/** Every day that the scope touches, in order. */
function daysOf({ since, until }: ReportScope): string[] {
  const first = Math.floor(since.getTime() / dayMs);
  const last = Math.ceil(until.getTime() / dayMs);
  return Array.from({ length: last - first }, (_, nth) => dayOf(new Date((first + nth) * dayMs)));
}

function messageOf(error: string | null): string {
  return error === null ? '' : (JSON.parse(error) as { message: string }).message;
}
