import type { JobId, JobState } from '@jobstream/contracts';
import type { DeadLetterReason, JobError } from '@jobstream/contracts/records';
import type { Database } from '@jobstream/database';
import { SharedLookup } from '@jobstream/runtime';
import { readHistory, type HistoryItem } from './history.js';
import { readJobAt, type JobAt } from './job-at.js';
import { jobColumns, parse, readJobRow, type SelectedJob, type JobRow } from './job-row.js';
import { readRunPage, type RunPage } from './run-page.js';
import { JobList, type JobFilter, type JobPage, type PastJobPage } from './job-list.js';

/** How many jobs of a queue are in a state between `queued` and the end. */
export interface ActiveCount {
  readonly queue: string;
  readonly state: 'scheduled' | 'running' | 'retrying';
  readonly count: number;
}

/** How a job stands: less than its row. */
export interface JobStanding {
  readonly run: number;
  readonly state: JobState;
  /** Of a dead letter. */
  readonly reason: DeadLetterReason | null;
  readonly error: JobError | null;
}

/** Children of a job that are told at most. */
const maxChildren = 100;

/** A job with what other rows say of it. */
export interface JobWithChildren extends JobRow {
  /** The jobs that its handler has made, as {@link JobQueries.children} says. Null unless it has succeeded: no other has any. */
  readonly children: JobId[] | null;
}

/**
 * Reads the projection. Every method rejects with what the database lib throws while Postgres is away
 * (`isUnavailable` tells).
 */
export class JobQueries {
  private readonly lookup = new SharedLookup<JobId, JobWithChildren>((ids) => this.load(ids));
  private readonly childLookup = new SharedLookup<JobId, JobId[]>((parents) => this.loadChildren(parents));
  private readonly jobList: JobList;

  constructor(private readonly database: Database) {
    this.jobList = new JobList(database);
  }

  /** A job's row; undefined where the projection has none. Concurrent calls share their queries. */
  find(id: JobId): Promise<JobWithChildren | undefined> {
    return this.lookup.find(id.toLowerCase());
  }

  /**
   * Jobs by id, newest first. Jobs that arrive meanwhile come before the first page, so pages hold no job twice.
   * @throws InvalidCursorError
   */
  list(filter: JobFilter): Promise<JobPage> {
    return this.jobList.page(filter);
  }

  /**
   * The jobs that there were at a time, newest first, each as it was then; at most 100 a page. Terms can be of the state, and of what
   * does not change.
   * @throws InvalidCursorError
   */
  listAt(filter: JobFilter, at: Date): Promise<PastJobPage> {
    return this.jobList.pageAt(filter, at);
  }

  /**
   * Every transition of a job, in the order of its life; undefined where the projection has no such job. As of one moment:
   * where it has a record of a partition, it has those before it.
   */
  history(id: JobId): Promise<HistoryItem[] | undefined> {
    const { database } = this;
    return database.transaction((session) => readHistory(session, database.projection, id.toLowerCase()), {
      snapshot: true,
    });
  }

  /** The newest runs of a job before `below`, at most `limit`; undefined where the projection has no such job. */
  runs(id: JobId, below: number | undefined, limit: number): Promise<RunPage | undefined> {
    return readRunPage(this.database, id.toLowerCase(), below, limit);
  }

  /** A job as it was at a time; undefined where the projection has no such job. */
  findAt(id: JobId, at: Date): Promise<JobAt | undefined> {
    return readJobAt(this.database, id.toLowerCase(), at);
  }

  /** Jobs that wait for their time, run or wait for a retry, counted by queue and state; those of none are left out. */
  async countActive(): Promise<ActiveCount[]> {
    const { rows } = await this.database.query<ActiveCount>({
      name: 'count-active-jobs',
      text: `SELECT queue, state, count(*) AS count FROM ${this.database.projection}.jobs
             WHERE indexed_state IN ('scheduled', 'running', 'retrying') GROUP BY queue, state`,
    });
    return rows;
  }

  /** How these jobs stand; those that the projection does not know are left out. */
  async standings(ids: readonly JobId[]): Promise<Map<JobId, JobStanding>> {
    if (ids.length === 0) return new Map();
    const { rows } = await this.database.query<
      Pick<SelectedJob, 'id' | 'run' | 'state' | 'reason' | 'error'>
    >({
      name: 'job-standings',
      text: `SELECT id, run, state, reason, error FROM ${this.database.projection}.jobs WHERE id = ANY($1::uuid[])`,
      values: [ids],
    });
    return new Map(
      rows.map(({ id, error, ...row }) => [id, { ...row, error: parse(error) as JobError | null }]),
    );
  }

  /** The jobs that a job's handler has made, by id, at most {@link maxChildren}. Concurrent calls share their queries. */
  async children(parent: JobId): Promise<JobId[]> {
    return (await this.childLookup.find(parent)) ?? [];
  }

  private async loadChildren(parents: JobId[]): Promise<Map<JobId, JobId[]>> {
    const { rows } = await this.database.query<{ parent: JobId; children: JobId[] }>({
      name: 'job-children',
      text: `SELECT parent, ${this.childrenOf('parent')} AS children FROM unnest($1::uuid[]) AS parent`,
      values: [parents],
    });
    return new Map(rows.map(({ parent, children }) => [parent, children]));
  }

  /** By one statement: each single read of a finished job asks for both. */
  private async load(ids: JobId[]): Promise<Map<JobId, JobWithChildren>> {
    const { rows } = await this.database.query<SelectedJob & Pick<JobWithChildren, 'children'>>({
      name: 'find-jobs-and-children',
      text: `SELECT ${jobColumns}, CASE WHEN state = 'succeeded' THEN ${this.childrenOf('jobs.id')} END AS children
             FROM ${this.database.projection}.jobs WHERE id = ANY($1::uuid[])`,
      values: [ids],
    });
    return new Map(rows.map((row) => [row.id, { ...readJobRow(row), children: row.children }]));
  }

  /** The ids of a job's children, as SQL. @param parent the job's id, as SQL */
  private childrenOf(parent: string): string {
    return `ARRAY(SELECT child.id::text FROM ${this.database.projection}.jobs AS child WHERE child.parent_id = ${parent}
                  ORDER BY child.id LIMIT ${maxChildren})`;
  }
}
