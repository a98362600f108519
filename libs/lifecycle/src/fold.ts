import type { JobId, JobState, Priority } from '@jobstream/contracts';
import type { DeadLetterReason } from '@jobstream/contracts/records';
import type { Position } from './coordinates.js';
import { maxPastEntries, plainEntry, type PlainEntry } from './plain-record.js';
import { endsRun, queuedAttempt, type Rank } from './record-rank.js';

/** JSON text, as a column holds it. */
export type JsonText = string;

/** What a job was from its beginning, from its lowest record by (run, rank, position). */
export interface JobOrigin {
  readonly run: number;
  readonly rank: Rank;
  readonly position: Position;
  readonly type: string;
  readonly submittedFor: string | null;
  /** The trace that the job belongs to, where that is not its own: see `ownTraceId`. */
  readonly traceId: string | null;
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
export const maxStarts = 1_000;

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

/** For sets that are empty, as almost all are. */
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

/** Whether a fold's own plain records all stand at these positions. */
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
