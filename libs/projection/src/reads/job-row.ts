import type { JobId } from '@jobstream/contracts';
import { ownTraceId, type JobError } from '@jobstream/contracts/records';
import type { Statement } from '@jobstream/database';
import {
  parsePosition,
  type JobFold,
  type JobOrigin,
  type RunOutcome,
  type RunRequest,
} from '@jobstream/lifecycle';
import { jobGroups, type JobColumns } from '../rows/jobs-table.js';
import type { ColumnSpec } from '../rows/table-columns.js';

/** What rows are compared by, and when the request came: not shown. */
type Hidden = 'run' | 'rank' | 'position' | 'appendedAt';

/** The fields of a group as its columns say them: times as dates, JSON parsed. */
type Shown<Fields, Columns> = {
  readonly [Field in Exclude<keyof Fields, Hidden>]: Columns[Field & keyof Columns] extends readonly [
    string,
    infer Kind,
  ]
    ? Kind extends 'time'
      ? Date | Extract<Fields[Field], null>
      : Kind extends 'json'
        ? unknown
        : Fields[Field]
    : never;
};

type Groups = typeof jobGroups;

/**
 * A job as the projection has it. JSON is parsed; what is not known (yet) is null: until the request itself was projected
 * that is `payload`, `priority` and `maxAttempts`.
 */
export interface JobRow
  extends
    Shown<JobOrigin, Groups['origin']>,
    Shown<RunRequest, Groups['request']>,
    Shown<RunOutcome, Groups['outcome']> {
  readonly id: JobId;
  readonly run: JobFold['run'];
  /** Of the attempt that failed last, where that is the record that the state is from. */
  readonly error: JobError | null;
  /** The trace that the job belongs to, 32 hex digits. */
  readonly traceId: string;
  /** How often this run's handler was started, redeliveries included; counted to 1,001. */
  readonly deliveries: number;
  /** When the log took the record that the state is from, and where it stands. */
  readonly changedAt: Date;
  readonly place: { readonly topic: string; readonly partition: number; readonly offset: number };
}

interface ShownColumn {
  readonly field: string;
  readonly name: keyof JobColumns;
  readonly isJson: boolean;
}

const hidden: readonly string[] = ['run', 'rank', 'position', 'appendedAt'] satisfies Hidden[];

const shownColumns: readonly ShownColumn[] = Object.values(jobGroups).flatMap((group) =>
  Object.entries<ColumnSpec>(group)
    .filter(([field]) => !hidden.includes(field))
    .map(([field, [name, kind]]) => ({ field, name: name as keyof JobColumns, isJson: kind === 'json' })),
);

/** The columns of {@link readJobRow}, as SQL. */
export const jobColumns = selectWith(({ name }) => name);

/** As {@link jobColumns}, with null in place of payload and result. */
export const smallJobColumns = selectWith(({ name }) =>
  name === 'payload' || name === 'result' ? `NULL AS ${name}` : name,
);

function selectWith(column: (shown: ShownColumn) => string): string {
  return `id, run, ${shownColumns.map(column).join(', ')}, changed_at, outcome_position,
  coalesce(cardinality(starts), 0) AS other_starts`;
}

type HiddenColumn = {
  [Group in keyof Groups]: Groups[Group][Hidden & keyof Groups[Group]] extends readonly [infer Name, unknown]
    ? Name
    : never;
}[keyof Groups];

/** A row of {@link jobColumns}. */
export type SelectedJob = Omit<JobColumns, HiddenColumn | 'starts' | 'past'> &
  Pick<JobColumns, 'changed_at' | 'outcome_position'> & { readonly other_starts: number };

/** The statement that answers {@link SelectedJob} of the jobs with these ids. `schema` is quoted. */
export function findJobs(schema: string, ids: readonly JobId[]): Statement {
  return {
    name: 'find-jobs',
    text: `SELECT ${jobColumns} FROM ${schema}.jobs WHERE id = ANY($1::uuid[])`,
    values: [ids],
  };
}

export function readJobRow(row: SelectedJob): JobRow {
  return {
    ...shownOf(row),
    id: row.id,
    run: row.run,
    traceId: row.trace_id ?? ownTraceId(row.id),
    deliveries: row.other_starts + (row.worker === null ? 0 : 1),
    changedAt: row.changed_at,
    place: parsePosition(row.outcome_position),
  };
}

type ShownFields = Omit<JobRow, 'id' | 'run' | 'deliveries' | 'changedAt' | 'place'>;

function shownOf(row: SelectedJob): ShownFields {
  const columns = row as unknown as Record<string, unknown>;
  const fields: Record<string, unknown> = {};
  for (const { field, name, isJson } of shownColumns)
    fields[field] = isJson ? parse(columns[name] as string | null) : columns[name];
  return fields as unknown as ShownFields;
}

/** JSON text of a column; null for none. */
export function parse(text: string | null): unknown {
  return text === null ? null : JSON.parse(text);
}
