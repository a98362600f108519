import type { JobId, JobState } from '@jobstream/contracts';
import type { DeadLetterReason, JobError, Origin } from '@jobstream/contracts/records';
import type { Session } from '@jobstream/database';
import { orderHistory, parsePlainEntry, parsePosition, queuedAttempt } from '@jobstream/lifecycle';
import { parse } from './job-row.js';
import type { JobColumns } from '../rows/jobs-table.js';
import { transitionColumns, type TransitionRow } from '../rows/transitions-table.js';

/** One transition of a job. */
export interface HistoryItem {
  /** When the log took the record. */
  readonly at: Date;
  readonly state: JobState;
  readonly run: number;
  readonly attempt: number;
  readonly worker: string | null;
  /** When the handler was called, by the broker's time as the worker knew it. */
  readonly startedAt: Date | null;
  readonly error: JobError | null;
  readonly nextAttemptAt: Date | null;
  /** Of a dead letter, as are `attempts` (how many were started) and `origin` (the record that was set aside). */
  readonly reason: DeadLetterReason | null;
  readonly attempts: number | null;
  readonly origin: Origin | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** It has no part in what the job's row shows of its run: a copy, or an end of the run where another end counts. */
  readonly superseded: boolean;
}

type Unordered = Omit<HistoryItem, 'superseded'>;

/** The columns of a job that its plain records are told from. */
const plainColumns = [
  'run',
  'request_rank',
  'request_position',
  'requested_at',
  'state',
  'attempt',
  'outcome_position',
  'changed_at',
  'worker',
  'started_at',
  'past',
] as const satisfies (keyof JobColumns)[];

type PlainColumns = Pick<JobColumns, (typeof plainColumns)[number]>;

/** More transitions than any job makes that is not out of hand. */
const maxTransitions = 10_000;

/**
 * Every transition of a job in the order of its life; undefined where there is no such job.
 * @param schema the projection's, quoted
 */
export async function readHistory(
  session: Session,
  schema: string,
  id: JobId,
): Promise<HistoryItem[] | undefined> {
  const row = await readPlainColumns(session, schema, id);
  if (row === undefined) return undefined;
  const transitions = await session.query<TransitionRow>({
    name: 'job-transitions',
    text: `SELECT ${transitionColumns} FROM ${schema}.job_transitions WHERE job_id = $1
           ORDER BY run, appended_at LIMIT ${maxTransitions}`,
    values: [id],
  });
  return inOrder([...plainItems(row), ...transitions.rows.map(transitionItem)]);
}

/** The transitions of some runs of a job. */
export interface HistoryOfRuns {
  /** In the order of the job's life. */
  readonly items: HistoryItem[];
  /** Runs before this one may have more transitions than are among the items. 0: none has. */
  readonly cutBelow: number;
}

/**
 * The newest transitions of the runs of a job before `below`; undefined where there is no such job.
 * @param schema the projection's, quoted
 */
export async function readRunHistory(
  session: Session,
  schema: string,
  id: JobId,
  below: number,
): Promise<HistoryOfRuns | undefined> {
  const row = await readPlainColumns(session, schema, id);
  if (row === undefined) return undefined;
  const { rows } = await session.query<TransitionRow>({
    name: 'run-transitions',
    text: `SELECT ${transitionColumns} FROM ${schema}.job_transitions WHERE job_id = $1 AND run < $2
           ORDER BY run DESC, appended_at DESC LIMIT ${maxTransitions}`,
    values: [id, below],
  });
  const plain = plainItems(row).filter(({ run }) => run < below);
  const isCut = rows.length === maxTransitions;
  return {
    items: inOrder([...plain, ...rows.map(transitionItem)]),
    cutBelow: isCut ? rows.at(-1)!.run + 1 : 0,
  };
}

async function readPlainColumns(
  session: Session,
  schema: string,
  id: JobId,
): Promise<PlainColumns | undefined> {
  const { rows } = await session.query<PlainColumns>({
    name: 'plain-history',
    text: `SELECT ${plainColumns.join(', ')} FROM ${schema}.jobs WHERE id = $1`,
    values: [id],
  });
  return rows[0];
}

function inOrder(items: readonly Unordered[]): HistoryItem[] {
  return orderHistory(items.map((item) => ({ ...item, timestamp: item.at.getTime() }))).map(
    ({ timestamp: _, ...item }) => item,
  );
}

const nothing = {
  worker: null,
  startedAt: null,
  error: null,
  nextAttemptAt: null,
  reason: null,
  attempts: null,
  origin: null,
};

function plainItems(row: PlainColumns): Unordered[] {
  const items: Unordered[] = (row.past ?? []).map((entry) => {
    const { timestamp, ...record } = parsePlainEntry(entry);
    return { ...nothing, ...record, at: new Date(timestamp) };
  });
  const queued = queuedAttempt(row.request_rank);
  if (queued !== undefined)
    items.push({
      ...nothing,
      ...parsePosition(row.request_position),
      at: row.requested_at,
      state: 'queued',
      run: row.run,
      attempt: queued,
    });
  const sameRecord = queued !== undefined && row.outcome_position === row.request_position;
  if (!sameRecord && (row.state === 'queued' || row.state === 'succeeded'))
    items.push({
      ...nothing,
      ...parsePosition(row.outcome_position),
      at: row.changed_at,
      state: row.state,
      run: row.run,
      attempt: row.attempt,
      worker: row.worker,
      startedAt: row.started_at,
    });
  return items;
}

function transitionItem(row: TransitionRow): Unordered {
  return {
    at: row.appended_at,
    state: row.state,
    run: row.run,
    attempt: row.attempt,
    worker: row.worker,
    startedAt: row.started_at,
    error: parse(row.error) as JobError | null,
    nextAttemptAt: row.next_attempt_at,
    reason: row.reason,
    attempts: row.attempts,
    origin: parse(row.origin) as Origin | null,
    topic: row.topic,
    partition: row.partition,
    offset: row.offset,
  };
}
