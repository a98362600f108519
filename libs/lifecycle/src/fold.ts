import type { DeadLetterReason, JobId, JobRecord, JobState, Priority, Start } from '@jobstream/contracts';
import { stateOfPhase } from '@jobstream/contracts';
import { positionOf, type Coordinates, type Position } from './coordinates.js';
import { mostPast, plainEntry, type PlainEntry } from './past.js';
import { endsRun, queuedAttempt, rankOf, requestRankOf, type Rank } from './rank.js';

/** JSON text, as a column holds it. */
export type JsonText = string;

/** What a job was from its beginning, from its lowest record by (run, rank, position). */
export interface JobOrigin {
  readonly run: number;
  readonly rank: Rank;
  readonly position: Position;
  readonly type: string;
  readonly submittedFor: string | null;
  readonly createdAt: number;
}

/** What was asked of a run, from its first request. Until that is seen, what other records say of it: the queue. */
export interface RunRequest {
  readonly rank: Rank;
  readonly position: Position;
  readonly appendedAt: number;
  readonly queue: string;
  readonly payload: JsonText | null;
  readonly priority: Priority | null;
  readonly maxAttempts: number | null;
  readonly orderingKey: string | null;
  readonly expiresAt: number | null;
}

/** Where a run stands, from the record that brings it farthest. */
export interface RunOutcome {
  readonly rank: Rank;
  readonly position: Position;
  readonly appendedAt: number;
  readonly state: JobState;
  readonly attempt: number;
  readonly result: JsonText | null;
  readonly error: JsonText | null;
  readonly progress: JsonText | null;
  readonly reason: DeadLetterReason | null;
  readonly worker: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  /** When a scheduled or retrying job is due. */
  readonly nextAttemptAt: number | null;
}

/**
 * All that some records of one job say together. Times are milliseconds since 1970. Folds merge in any order, grouping
 * and number: the result is the same (a semilattice), which is what lets projectors read topics as they come.
 */
export interface JobFold {
  readonly id: JobId;
  /** The newest run seen; request, outcome and starts are of this run. */
  readonly run: number;
  readonly origin: JobOrigin;
  readonly request: RunRequest;
  readonly outcome: RunOutcome;
  /** The distinct starts of the run but for the outcome's own, sorted. */
  readonly starts: readonly StartEntry[];
  /** The plain (`queued`, `succeeded`) records of all runs but for the request's and the outcome's own, sorted. */
  readonly past: readonly PlainEntry[];
}

/** A start of a handler as text: its time in milliseconds, a space, its worker. */
export type StartEntry = string;

/** How many starts a run keeps at most besides the outcome's; counting ends there. */
export const mostStarts = 1_000;

/**
 * The fold of one record.
 * @throws RangeError when payload, result, progress or error nest too deeply to be written down.
 */
export function foldRecord(record: JobRecord, at: Coordinates): JobFold {
  const { value, run, attempt, phase } = record;
  const place = { position: positionOf(at), appendedAt: at.timestamp };
  return {
    id: value.id.toLowerCase(),
    run,
    origin: {
      run,
      rank: rankOf(phase, attempt),
      position: place.position,
      type: clean(value.type),
      submittedFor: value.submittedFor === undefined ? null : clean(value.submittedFor),
      createdAt: record.createdAt,
    },
    request: { rank: requestRankOf(phase, attempt), ...place, ...requestOf(record) },
    outcome: { ...nothingYet, rank: rankOf(phase, attempt), ...place, attempt, ...outcomeOf(record, at) },
    starts: [],
    past: [],
  };
}

/** What two folds of the same job say together. Commutative, associative, idempotent. */
export function mergeFolds(a: JobFold, b: JobFold): JobFold {
  const newest = a.run >= b.run ? a : b;
  const request = a.run === b.run ? lowest(a.request, b.request) : newest.request;
  const outcome = a.run === b.run ? farthest(a.outcome, b.outcome) : newest.outcome;
  return {
    id: a.id,
    run: newest.run,
    origin: a.origin.run === b.origin.run ? lowest(a.origin, b.origin) : older(a.origin, b.origin),
    request,
    outcome,
    starts: a.run === b.run ? mergeStarts(a, b, outcome) : newest.starts,
    past: mergePast(a, b, request, outcome),
  };
}

/** How often the run's handler was started, redeliveries included. */
export function deliveriesOf(fold: Pick<JobFold, 'starts' | 'outcome'>): number {
  return fold.starts.length + (startOf(fold.outcome) === null ? 0 : 1);
}

interface Ranked {
  readonly rank: Rank;
  readonly position: Position;
}

function older<T extends { readonly run: number }>(a: T, b: T): T {
  return a.run < b.run ? a : b;
}

function lowest<T extends Ranked>(a: T, b: T): T {
  if (a.rank !== b.rank) return a.rank < b.rank ? a : b;
  return a.position <= b.position ? a : b;
}

/** Of unfinished records the last counts, of those that end a run the first: an end, once seen, stays. */
function farthest(a: RunOutcome, b: RunOutcome): RunOutcome {
  if (a.rank !== b.rank) return a.rank > b.rank ? a : b;
  const [first, last] = a.position <= b.position ? [a, b] : [b, a];
  return endsRun(a.rank) ? first : last;
}

function mergeStarts(a: JobFold, b: JobFold, outcome: RunOutcome): readonly StartEntry[] {
  const starts = [a.starts, b.starts, [startOf(a.outcome), startOf(b.outcome)]];
  return distinct(starts.flat(), [startOf(outcome)], mostStarts);
}

function mergePast(a: JobFold, b: JobFold, request: RunRequest, outcome: RunOutcome): readonly PlainEntry[] {
  const run = Math.max(a.run, b.run);
  const entries = [a.past, b.past, plainEntriesOf(a.run, a), plainEntriesOf(b.run, b)];
  return distinct(entries.flat(), plainEntriesOf(run, { request, outcome }), mostPast);
}

/** Sorted, each once, without the excluded, the lowest `most` of them: dropping the highest keeps merging order-free. */
function distinct(entries: (string | null)[], excluded: (string | null)[], most: number): string[] {
  const kept = new Set<string>();
  for (const entry of entries) if (entry !== null && !excluded.includes(entry)) kept.add(entry);
  return [...kept].sort(byCodeUnit).slice(0, most);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function startOf({ worker, startedAt }: RunOutcome): StartEntry | null {
  return worker === null ? null : `${startedAt} ${worker}`;
}

function plainEntriesOf(
  run: number,
  { request, outcome }: Pick<JobFold, 'request' | 'outcome'>,
): PlainEntry[] {
  const entries: PlainEntry[] = [];
  const queued = queuedAttempt(request.rank);
  if (queued !== undefined)
    entries.push(plainEntry(request.position, 'queued', run, queued, request.appendedAt, null));
  const { state } = outcome;
  if (state === 'queued' || state === 'succeeded')
    entries.push(
      plainEntry(outcome.position, state, run, outcome.attempt, outcome.appendedAt, outcome.worker),
    );
  return entries;
}

function requestOf(record: JobRecord): Omit<RunRequest, keyof Ranked | 'appendedAt'> {
  const queue = clean(record.value.queue);
  switch (record.phase) {
    case 'scheduled':
    case 'queued':
    case 'retrying':
    case 'dead_lettered': {
      const { payload, priority, maxAttempts, orderingKey, expiresAt } = record.value;
      return {
        queue,
        payload: jsonText(payload),
        priority,
        maxAttempts,
        orderingKey: orderingKey === undefined ? null : clean(orderingKey),
        expiresAt: expiresAt === undefined ? null : Date.parse(expiresAt),
      };
    }
    case 'started':
    case 'progress':
    case 'succeeded':
    case 'cancelled':
    case 'expired':
      return { queue, payload: null, priority: null, maxAttempts: null, orderingKey: null, expiresAt: null };
  }
}

const nothingYet = {
  result: null,
  error: null,
  progress: null,
  reason: null,
  worker: null,
  startedAt: null,
  finishedAt: null,
  nextAttemptAt: null,
};

function outcomeOf(record: JobRecord, at: Coordinates): Partial<RunOutcome> & Pick<RunOutcome, 'state'> {
  const state = stateOfPhase(record.phase);
  switch (record.phase) {
    case 'scheduled':
      return { state, nextAttemptAt: Date.parse(record.value.runAt) };
    case 'queued':
      return { state };
    case 'started':
    case 'progress':
      return { state, ...startColumns(record.value.start), progress: jsonText(record.value.progress) };
    case 'retrying': {
      const { start, error } = record.value;
      return {
        state,
        ...startColumns(start),
        error: jsonText(error),
        nextAttemptAt: dueAt(record.value, at),
      };
    }
    case 'succeeded': {
      const { start, result, finishedAt } = record.value;
      return {
        state,
        ...startColumns(start),
        result: jsonText(result),
        finishedAt: Date.parse(finishedAt),
      };
    }
    case 'cancelled':
    case 'expired':
      return { state, ...startColumns(record.value.start), finishedAt: Date.parse(record.value.finishedAt) };
    case 'dead_lettered': {
      const { start, error, reason } = record.value;
      return { state, ...startColumns(start), error: jsonText(error), reason, finishedAt: at.timestamp };
    }
  }
}

/** The last millisecond a `Date` can hold. */
const latestTime = 8.64e15;

/** When a retry is due: on a lane its append time plus the lane's delay, elsewhere the time it names. */
export function dueAt(retry: { readonly dueAt?: string | undefined }, at: Coordinates): number | null {
  if (at.role.kind === 'retry') return Math.min(at.timestamp + at.role.delayMs, latestTime);
  return retry.dueAt === undefined ? null : Date.parse(retry.dueAt);
}

function startColumns(start: Start | undefined): Pick<RunOutcome, 'worker' | 'startedAt'> {
  return start === undefined
    ? { worker: null, startedAt: null }
    : { worker: workerName(start), startedAt: Date.parse(start.at) };
}

/** Printable ASCII, at most 200 characters, so that it sorts alike everywhere and stays small. */
export function workerName({ worker }: Start): string {
  return worker.slice(0, 200).replace(/[^\x20-\x7e]/g, '?');
}

/** JSON text of a value; a missing one is null, as is none. */
export function jsonText(value: unknown): JsonText | null {
  return value === undefined ? null : JSON.stringify(value);
}

/** Text as Postgres can hold it: U+FFFD for each NUL and each half of a surrogate pair. */
export function clean(text: string): string {
  return text.replace(/[\0\ud800-\udfff]/gu, '\ufffd');
}
