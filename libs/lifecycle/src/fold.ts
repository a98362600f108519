import type { JobId, JobState, Priority } from '@jobstream/contracts';
import type { DeadLetterReason } from '@jobstream/contracts/records';
import type { Position } from './coordinates.js';
import { maxPastEntries, plainEntry, type PlainEntry } from './plain-record.js';
import { endsRun, isScheduledRequest, queuedAttempt, type Rank } from './record-rank.js';

/** JSON text, as a column holds it. */
export type JsonText = string;

/** The facts of a job that never change, from its lowest record by (run, rank, position). */
export interface JobOrigin {
  readonly run: number;
  readonly rank: Rank;
  readonly position: Position;
  readonly type: string;
  readonly submittedFor: string | null;
  /** The trace of the job; null when it is its own (`ownTraceId`). */
  readonly traceId: string | null;
  /** The URL that hears of the end of each run, where the submitter named one. */
  readonly notify: string | null;
  /** The flow that it is a step of. */
  readonly flow: JobId | null;
  /** The job whose handler made it. */
  readonly parent: JobId | null;
  readonly createdAt: number;
}

/**
 * The request of a run, from its first record in the queue; while it only waits for its time, from its last scheduled record. Until
 * one of them is seen, only the queue is known, from other records.
 */
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

/** The state of a run, from the record that brings it farthest. */
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
 * The facts that some records of a job hold together. Times are milliseconds since 1970. Folds may be merged in any order and
 * grouping, and more than once: the result is the same (a semilattice). So projectors may read topics in any order.
 */
export interface JobFold {
  readonly id: JobId;
  /** The newest run seen; request, outcome and starts are of this run. */
  readonly run: number;
  readonly origin: JobOrigin;
  readonly request: RunRequest;
  readonly outcome: RunOutcome;
  /** The distinct starts of the run, without the outcome's own, sorted. */
  readonly starts: readonly StartEntry[];
  /** The plain (`queued`, `succeeded`) records of all runs, without the request's and the outcome's own, sorted. */
  readonly past: readonly PlainEntry[];
}

/** A start of a handler as text: its time in milliseconds, a space, its worker. */
export type StartEntry = string;

/** Starts that a run keeps, besides the outcome's. Counting ends there. */
export const maxStarts = 1_000;

/** The fold of the records of both folds. Commutative, associative, idempotent. */
export function mergeFolds(a: JobFold, b: JobFold): JobFold {
  const newest = a.run >= b.run ? a : b;
  const request = a.run === b.run ? firstRequest(a.request, b.request) : newest.request;
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

/** The number of starts of the run's handler, with redeliveries. */
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

/** The request that counts: the lowest, but among scheduled ones the last. */
function firstRequest(a: RunRequest, b: RunRequest): RunRequest {
  if (a.rank !== b.rank || !isScheduledRequest(a.rank)) return lowest(a, b);
  return a.position >= b.position ? a : b;
}

/** Among unfinished records the last counts, among those that end a run the first: an end, once seen, stays. */
function farthest(a: RunOutcome, b: RunOutcome): RunOutcome {
  if (a.rank !== b.rank) return a.rank > b.rank ? a : b;
  const [first, last] = a.position <= b.position ? [a, b] : [b, a];
  return endsRun(a.rank) ? first : last;
}

/** Almost all sets are empty. */
const none: readonly never[] = [];

function mergeStarts(a: JobFold, b: JobFold, outcome: RunOutcome): readonly StartEntry[] {
  const lost = outcome === a.outcome ? b.outcome : a.outcome;
  if (a.starts.length === 0 && b.starts.length === 0 && lost.worker === null) return none;
  const starts = [a.starts, b.starts, [startOf(a.outcome), startOf(b.outcome)]];
  return distinct(starts.flat(), [startOf(outcome)], maxStarts);
}

function mergePast(a: JobFold, b: JobFold, request: RunRequest, outcome: RunOutcome): readonly PlainEntry[] {
  if (a.past.length === 0 && b.past.length === 0 && a.run === b.run) {
    const kept = [request.position, outcome.position];
    if (isPlainWithin(a, kept) && isPlainWithin(b, kept)) return none;
  }
  const run = Math.max(a.run, b.run);
  const entries = [a.past, b.past, plainEntriesOf(a.run, a), plainEntriesOf(b.run, b)];
  return distinct(entries.flat(), plainEntriesOf(run, { request, outcome }), maxPastEntries);
}

/** The lowest `max` distinct entries, without the excluded, sorted. Dropping the highest keeps merges free of order. */
function distinct(entries: (string | null)[], excluded: (string | null)[], max: number): string[] {
  const kept = new Set<string>();
  for (const entry of entries) if (entry !== null && !excluded.includes(entry)) kept.add(entry);
  return [...kept].sort(byCodeUnit).slice(0, max);
}

function byCodeUnit(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function startOf({ worker, startedAt }: RunOutcome): StartEntry | null {
  return worker === null ? null : `${startedAt} ${worker}`;
}

/** Whether all plain records of a fold's request and outcome are at these positions. */
function isPlainWithin({ request, outcome }: JobFold, positions: readonly Position[]): boolean {
  const isKept = (position: Position) => positions.includes(position);
  return (
    (queuedAttempt(request.rank) === undefined || isKept(request.position)) &&
    (!isPlain(outcome) || isKept(outcome.position))
  );
}

function isPlain({ state }: RunOutcome): boolean {
  return state === 'queued' || state === 'succeeded';
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
