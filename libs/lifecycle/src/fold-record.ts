import { stateOfPhase } from '@jobstream/contracts';
import { type JobRecord, type Start, foreignTraceId } from '@jobstream/contracts/records';
import { positionOf, type Coordinates, type Position } from './coordinates.js';
import type { JobFold, JsonText, RunOutcome, RunRequest } from './fold.js';
import { rankOf, requestRankOf } from './record-rank.js';

const none: readonly never[] = [];

/**
 * The fold of one record.
 * @throws RangeError when payload, result, progress or error nest too deeply for JSON
 */
export function foldRecord(record: JobRecord, at: Coordinates): JobFold {
  const { value, run, attempt, phase } = record;
  const position = positionOf(at);
  return {
    id: value.id.toLowerCase(),
    run,
    origin: {
      run,
      rank: rankOf(phase, attempt),
      position,
      type: clean(value.type),
      submittedFor: value.submittedFor === undefined ? null : clean(value.submittedFor),
      traceId: foreignTraceId(value.id, record.traceparent),
      notify: record.notify === undefined ? null : clean(record.notify),
      flow: record.flow ?? null,
      parent: record.parent ?? null,
      createdAt: record.createdAt,
    },
    request: requestOf(record, at, position),
    outcome: outcomeOf(record, at, position),
    starts: none,
    past: none,
  };
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

// Both groups are created with all their fields and then filled: one shape for every record keeps this hot path fast.

function requestOf(record: JobRecord, { timestamp }: Coordinates, position: Position): RunRequest {
  const request: Mutable<RunRequest> = {
    rank: requestRankOf(record.phase, record.attempt),
    position,
    appendedAt: timestamp,
    queue: clean(record.value.queue),
    payload: null,
    priority: null,
    maxAttempts: null,
    orderingKey: null,
    expiresAt: null,
  };
  switch (record.phase) {
    case 'scheduled':
    case 'queued':
    case 'retrying':
    case 'dead_lettered': {
      const { payload, priority, maxAttempts, orderingKey, expiresAt } = record.value;
      request.payload = jsonText(payload);
      request.priority = priority;
      request.maxAttempts = maxAttempts;
      if (orderingKey !== undefined) request.orderingKey = clean(orderingKey);
      if (expiresAt !== undefined) request.expiresAt = Date.parse(expiresAt);
      return request;
    }
    case 'started':
    case 'progress':
    case 'succeeded':
    case 'cancelled':
    case 'expired':
      return request;
  }
}

function outcomeOf(record: JobRecord, at: Coordinates, position: Position): RunOutcome {
  const { phase, attempt } = record;
  const start = 'start' in record.value ? record.value.start : undefined;
  const outcome: Mutable<RunOutcome> = {
    rank: rankOf(phase, attempt),
    position,
    appendedAt: at.timestamp,
    state: stateOfPhase(phase),
    attempt,
    result: null,
    error: null,
    progress: null,
    reason: null,
    worker: start === undefined ? null : workerName(start),
    startedAt: start === undefined ? null : Date.parse(start.at),
    finishedAt: null,
    nextAttemptAt: null,
  };
  switch (phase) {
    case 'queued':
      return outcome;
    case 'scheduled':
      outcome.nextAttemptAt = Date.parse(record.value.runAt);
      return outcome;
    case 'started':
    case 'progress':
      outcome.progress = jsonText(record.value.progress);
      return outcome;
    case 'retrying':
      outcome.error = jsonText(record.value.error);
      outcome.nextAttemptAt = dueAt(record.value, at);
      return outcome;
    case 'succeeded':
      outcome.result = jsonText(record.value.result);
      outcome.finishedAt = Date.parse(record.value.finishedAt);
      return outcome;
    case 'cancelled':
    case 'expired':
      outcome.finishedAt = Date.parse(record.value.finishedAt);
      return outcome;
    case 'dead_lettered':
      outcome.error = jsonText(record.value.error);
      outcome.reason = record.value.reason;
      outcome.finishedAt = at.timestamp;
      return outcome;
  }
}

/** The last millisecond that a `Date` can hold. */
const maxTime = 8.64e15;

/** When a retry is due: on a lane, its append time plus the delay of the lane; elsewhere the time it names. */
export function dueAt(retry: { readonly dueAt?: string | undefined }, at: Coordinates): number | null {
  if (at.role.kind === 'retry') return Math.min(at.timestamp + at.role.delayMs, maxTime);
  return retry.dueAt === undefined ? null : Date.parse(retry.dueAt);
}

const unprintable = /[^\x20-\x7e]/;

/** Printable ASCII, at most 200 characters, so that it sorts alike everywhere and stays small. */
export function workerName({ worker }: Start): string {
  const name = worker.length > 200 ? worker.slice(0, 200) : worker;
  return unprintable.test(name) ? name.replace(/[^\x20-\x7e]/g, '?') : name;
}

/** The JSON text of a value; null when it is undefined. */
export function jsonText(value: unknown): JsonText | null {
  return value === undefined ? null : JSON.stringify(value);
}

const suspicious = /[\0\ud800-\udfff]/;

/** Text as Postgres can hold it: U+FFFD for each NUL and each half of a surrogate pair. */
export function clean(text: string): string {
  return suspicious.test(text) ? text.replace(/[\0\ud800-\udfff]/gu, '\ufffd') : text;
}
