import { z } from 'zod';
import type { Phase } from '../job-state.js';
import { maxRecordNesting } from '../limits.js';
import { decodeHead, encodeHead, headerNames, maxCounter, type RecordHead } from './record-head.js';
import type { DeadLetterReason } from './dead-letter-reason.js';
import {
  deadLetterSchema,
  delayedRequestSchema,
  endedEventSchema,
  jobRequestSchema,
  poisonSchema,
  retryRequestSchema,
  runningEventSchema,
  succeededEventSchema,
  type DeadLetter,
  type DelayedRequest,
  type EndedEvent,
  type JobRequest,
  type Poison,
  type RetryRequest,
  type RunningEvent,
  type SucceededEvent,
} from './job-record.js';
import { isTooDeep } from './nesting.js';
import { isPlainRequest, isPlainSuccess } from './plain-value.js';

/** A record of a job, read. `phase` tells which value it has. */
export type JobRecord = Omit<RecordHead, 'phase'> &
  (
    | { readonly phase: 'queued'; readonly value: JobRequest }
    | { readonly phase: 'scheduled'; readonly value: DelayedRequest }
    | { readonly phase: 'retrying'; readonly value: RetryRequest }
    | { readonly phase: 'started' | 'progress'; readonly value: RunningEvent }
    | { readonly phase: 'succeeded'; readonly value: SucceededEvent }
    | { readonly phase: 'cancelled' | 'expired'; readonly value: EndedEvent }
    | { readonly phase: 'dead_lettered'; readonly value: DeadLetter }
  );

/** Why no job could be read in a record. */
export interface Unreadable {
  readonly fault: Extract<DeadLetterReason, 'malformed' | 'empty' | 'tombstone'>;
  /** For people: which field, and what is wrong with it. */
  readonly detail: string;
}

/** A record as a producer sends it, without its topic. */
export interface EncodedRecord {
  readonly key: string;
  readonly value: string;
  readonly headers: Record<string, string>;
}

const schemas = {
  queued: jobRequestSchema,
  scheduled: delayedRequestSchema,
  retrying: retryRequestSchema,
  started: runningEventSchema,
  progress: runningEventSchema,
  succeeded: succeededEventSchema,
  cancelled: endedEventSchema,
  expired: endedEventSchema,
  dead_lettered: deadLetterSchema,
} as const satisfies Record<Phase, z.ZodType>;

/**
 * The bytes of a job's record: key, JSON value with `v: 1`, headers. The key is the job's id; of requests and retries
 * of a job with an ordering key it is that key, so that they share a partition.
 */
export function encodeRecord(record: JobRecord): EncodedRecord {
  const { value } = record;
  const ordered = record.phase === 'queued' || record.phase === 'retrying' || record.phase === 'scheduled';
  return {
    key: ordered ? (record.value.orderingKey ?? value.id) : value.id,
    value: JSON.stringify(value),
    headers: encodeHead(record),
  };
}

/** The bytes of a poison dead letter. Its key is the place of the original record. */
export function encodePoison(poison: Poison): EncodedRecord {
  const { topic, partition, offset } = poison.origin;
  return {
    key: `${topic}/${partition}/${offset}`,
    value: JSON.stringify(poison),
    headers: { [headerNames.phase]: 'dead_lettered' satisfies Phase },
  };
}

/**
 * Reads a record of a job from a topic. Never throws: the result says why a record can't be read.
 * @param headers null when there are more than a reader accepts
 */
export function decodeRecord(
  value: Buffer | null,
  headers: Readonly<Record<string, string>> | null,
): JobRecord | Unreadable {
  if (headers === null) return { fault: 'malformed', detail: 'headers: more than 1,000, or than 64 KiB.' };
  if (value === null || value.length === 0) return valueless(value);
  const head = decodeHead(headers);
  if ('detail' in head) return { fault: 'malformed', detail: `headers: ${head.detail}` };
  const last = lastOf(head);
  if (last !== undefined) return { fault: 'malformed', detail: `headers: no ${last} can follow it.` };
  if (carriesRequest(head.phase) && isTooDeep(value)) {
    return { fault: 'malformed', detail: `value: nests deeper than ${maxRecordNesting} levels.` };
  }
  const json = parseValue(value);
  if ('fault' in json) return json;
  if (isPlain(head.phase, json.value)) return recordOf(head, json.value);
  const parsed = schemas[head.phase].safeParse(json.value);
  if (!parsed.success) return { fault: 'malformed', detail: `value: ${z.prettifyError(parsed.error)}` };
  return recordOf(head, parsed.data);
}

/** Fields written out: a spread takes longer than all the rest of reading. */
function recordOf(
  { run, attempt, phase, createdAt, claimed, notify, unique, flow, parent, traceparent }: RecordHead,
  value: unknown,
): JobRecord {
  const isMarked = claimed ?? notify ?? unique ?? flow ?? parent;
  if (isMarked === undefined) return { run, attempt, phase, createdAt, traceparent, value } as JobRecord;
  return {
    run,
    attempt,
    phase,
    createdAt,
    claimed,
    notify,
    unique,
    flow,
    parent,
    traceparent,
    value,
  } as JobRecord;
}

/** Almost every record is one of these. Reading it without its schema takes a tenth of the time. */
function isPlain(phase: Phase, value: unknown): boolean {
  if (phase === 'queued') return isPlainRequest(value);
  return phase === 'succeeded' && isPlainSuccess(value);
}

/** The counter of the head that is at its maximum: the record of the next attempt or run could not be read. Undefined: none. */
function lastOf({ phase, run, attempt }: RecordHead): 'run' | 'attempt' | undefined {
  if (carriesRequest(phase) && run === maxCounter) return 'run';
  return phase === 'retrying' && attempt === maxCounter ? 'attempt' : undefined;
}

/** The value is written again in retries, dead letters and replays, so it may not nest too deep. */
function carriesRequest(phase: Phase): boolean {
  return phase === 'queued' || phase === 'scheduled' || phase === 'retrying' || phase === 'dead_lettered';
}

/** Reads a poison dead letter; undefined for any other record. */
export function decodePoison(value: Buffer | null): Poison | undefined {
  if (value === null) return undefined;
  const json = parseValue(value);
  if ('fault' in json) return undefined;
  return poisonSchema.safeParse(json.value).data;
}

function valueless(value: Buffer | null): Unreadable {
  if (value === null) return { fault: 'tombstone', detail: 'The record has no value.' };
  return { fault: 'empty', detail: 'The value has no bytes.' };
}

function parseValue(value: Buffer): { readonly value: unknown } | Unreadable {
  try {
    return { value: JSON.parse(value.toString('utf8')) };
  } catch (error) {
    return { fault: 'malformed', detail: `The value is not JSON: ${(error as Error).message}` };
  }
}
