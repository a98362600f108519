/** The table `job_transitions`: each change of state that a job's own row does not keep, so all but `queued`, `succeeded` and progress. */
import type { Session } from '@jobstream/database';
import type { Transition } from '@jobstream/lifecycle';
import {
  arraysOf,
  columnsOf,
  insertStatement,
  namesOf,
  type Column,
  type ColumnsOf,
  type RowOf,
} from './table-columns.js';

/** A transition and the job that it is of. */
export interface JobTransition {
  readonly id: string;
  readonly transition: Transition;
}

const fields = {
  topic: ['topic', 'text'],
  partition: ['partition', 'int'],
  offset: ['offset', 'bigint'],
  timestamp: ['appended_at', 'time'],
  state: ['state', 'word'],
  run: ['run', 'int'],
  attempt: ['attempt', 'int'],
  worker: ['worker', 'text'],
  startedAt: ['started_at', 'time'],
  error: ['error', 'json'],
  nextAttemptAt: ['next_attempt_at', 'time'],
  reason: ['reason', 'word'],
  attempts: ['attempts', 'int'],
  origin: ['origin', 'json'],
} as const satisfies ColumnsOf<Transition>;

const ofTransition = columnsOf(fields, ({ transition }: JobTransition) => transition);
const columns: readonly Column<JobTransition>[] = [
  { name: 'job_id', kind: 'uuid', of: ({ id }) => id },
  ...ofTransition,
];

/** A row as Postgres answers it, without the job's id. */
export type TransitionRow = RowOf<typeof fields, Transition>;

/** The columns of {@link TransitionRow}, as SQL. */
export const transitionColumns = namesOf(ofTransition);

/** Writes transitions; those that exist already stay. */
export async function insertTransitions(
  session: Session,
  schema: string,
  rows: readonly JobTransition[],
): Promise<void> {
  const sorted = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
  await session.query({
    name: 'insert-transitions',
    text: `${insertStatement(`${schema}.job_transitions`, columns)} ON CONFLICT DO NOTHING`,
    values: arraysOf(columns, sorted),
  });
}
