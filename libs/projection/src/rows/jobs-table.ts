/**
 * The table `jobs`: a job as its fold (lifecycle) says, one column a field. Columns come in three groups, each written whole:
 * of the job's lowest record, of the newest run's first request, and of the record that brings the run farthest. Ranks and
 * positions are what groups are compared by. Every value comes from a record, so that building the table again gives the
 * same rows.
 */
import type { JobFold, JobOrigin, RunOutcome, RunRequest } from '@jobstream/lifecycle';
import { groupOfFold } from '../error-groups/failure-tally.js';
import { textArray } from './array-literal.js';
import { columnsOf, namesOf, type Column, type ColumnsOf, type RowOf } from './table-columns.js';

const origin = {
  run: ['origin_run', 'int'],
  rank: ['origin_rank', 'bigint'],
  position: ['origin_position', 'word'],
  type: ['type', 'text'],
  submittedFor: ['submitted_for', 'text'],
  traceId: ['trace_id', 'word'],
  notify: ['notify', 'text'],
  flow: ['flow_id', 'uuid'],
  parent: ['parent_id', 'uuid'],
  createdAt: ['created_at', 'time'],
} as const satisfies ColumnsOf<JobOrigin>;

const request = {
  rank: ['request_rank', 'bigint'],
  position: ['request_position', 'word'],
  appendedAt: ['requested_at', 'time'],
  queue: ['queue', 'text'],
  payload: ['payload', 'json'],
  priority: ['priority', 'word'],
  maxAttempts: ['max_attempts', 'int'],
  orderingKey: ['ordering_key', 'text'],
  expiresAt: ['expires_at', 'time'],
} as const satisfies ColumnsOf<RunRequest>;

const outcome = {
  rank: ['outcome_rank', 'bigint'],
  position: ['outcome_position', 'word'],
  appendedAt: ['changed_at', 'time'],
  state: ['state', 'word'],
  attempt: ['attempt', 'int'],
  result: ['result', 'json'],
  error: ['error', 'json'],
  progress: ['progress', 'json'],
  reason: ['reason', 'word'],
  worker: ['worker', 'text'],
  startedAt: ['started_at', 'time'],
  finishedAt: ['finished_at', 'time'],
  nextAttemptAt: ['next_attempt_at', 'time'],
} as const satisfies ColumnsOf<RunOutcome>;

/** The columns of each group, by the fold's fields. */
export const jobGroups = { origin, request, outcome } as const;

/**
 * The state, but null for `queued` and `succeeded`: an index on a column that a plain job changes, even one that only
 * leaves it out, would cost every job a HOT update (heap-only tuple: no index touched).
 */
const indexedState: Column<JobFold> = {
  name: 'indexed_state',
  kind: 'word',
  of: ({ outcome: { state } }) => (state === 'queued' || state === 'succeeded' ? null : state),
};

/** The group of the error that the row shows. Null for a job without one, as `indexed_state` is: an index finds the jobs of a group. */
const errorGroup: Column<JobFold> = { name: 'error_group', kind: 'word', of: groupOfFold };

export const originColumns = columnsOf(origin, (fold: JobFold) => fold.origin);
export const requestColumns = columnsOf(request, (fold: JobFold) => fold.request);
export const outcomeColumns = [
  ...columnsOf(outcome, (fold: JobFold) => fold.outcome),
  indexedState,
  errorGroup,
];

/** Every column that a job's records decide: all but `carried`, the mark of rows that a rebuild took over. */
export const foldColumns: readonly Column<JobFold>[] = [
  { name: 'id', kind: 'uuid', of: ({ id }) => id },
  { name: 'run', kind: 'int', of: ({ run }) => run },
  ...originColumns,
  ...requestColumns,
  ...outcomeColumns,
  { name: 'starts', kind: 'texts', of: ({ starts }) => (starts.length === 0 ? null : textArray(starts)) },
  { name: 'past', kind: 'texts', of: ({ past }) => (past.length === 0 ? null : textArray(past)) },
];

/** The names of {@link foldColumns} for a statement. */
export const foldColumnNames = namesOf(foldColumns);

/** A row as Postgres answers it. `starts` and `past` are null when they are empty. */
export type JobColumns = Pick<JobFold, 'id' | 'run'> &
  RowOf<typeof origin, JobOrigin> &
  RowOf<typeof request, RunRequest> &
  RowOf<typeof outcome, RunOutcome> & {
    readonly starts: string[] | null;
    readonly past: string[] | null;
  };
