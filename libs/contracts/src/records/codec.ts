import { z } from 'zod';
import type { Phase } from '../job-state.js';
import { maxRecordNesting } from '../limits.js';
import { decodeHead, encodeHead, headerNames, type RecordHead } from './record-head.js';
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
  type DeadLetterReason,
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

/** Why a record could not be read. */
export interface Unreadable {
  readonly fault: Extract<DeadLetterReason, 'malformed' | 'empty' | 'tombstone'>;
  /** For people: which field, and what is wrong with it. */
  readonly detail: string;
}

/** What a producer is given, but for the topic. */
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

/** The bytes of a dead letter in which no job could be read. Keyed by where it stood. */
export function encodePoison(poison: Poison): EncodedRecord {
  const { topic, partition, offset } = poison.origin;
  return {
    key: `${topic}/${partition}/${offset}`,
    value: JSON.stringify(poison),
    headers: { [headerNames.phase]: 'dead_lettered' satisfies Phase },
  };
}

/** Reads a record of a job from a topic. Never throws: what can't be read says why. */
export function decodeRecord(
  value: Buffer | null,
  headers: Readonly<Record<string, string>>,
): JobRecord | Unreadable {
  const json = parseValue(value);
  if ('fault' in json) return json;
  const head = decodeHead(headers);
  if ('detail' in head) return { fault: 'malformed', detail: `headers: ${head.detail}` };
  if (carriesRequest(head.phase) && isTooDeep(json.value, value!.length)) {
    return { fault: 'malformed', detail: `value: nests deeper than ${maxRecordNesting} levels.` };
  }
  if (isPlain(head.phase, json.value)) return recordOf(head, json.value);
  const parsed = schemas[head.phase].safeParse(json.value);
  if (!parsed.success) return { fault: 'malformed', detail: `value: ${z.prettifyError(parsed.error)}` };
  return recordOf(head, parsed.data);
}

/** Written out: a spread takes longer than the rest of the reading. */
function recordOf(
  { run, attempt, phase, createdAt, claimed, traceparent }: RecordHead,
  value: unknown,
): JobRecord {
  if (claimed === undefined) return { run, attempt, phase, createdAt, traceparent, value } as JobRecord;
  return { run, attempt, phase, createdAt, claimed, traceparent, value } as JobRecord;
}

/** Almost every record is one of these: read without its schema, in a tenth of the time. */
function isPlain(phase: Phase, value: unknown): boolean {
  if (phase === 'queued') return isPlainRequest(value);
  return phase === 'succeeded' && isPlainSuccess(value);
}

/** What it carries is written again, in retries, dead letters and replays. */
function carriesRequest(phase: Phase): boolean {
  return phase === 'queued' || phase === 'scheduled' || phase === 'retrying' || phase === 'dead_lettered';
}

/** Reads a dead letter in which no job could be read; undefined if it is another record. */
export function decodePoison(value: Buffer | null): Poison | undefined {
  const json = parseValue(value);
  if ('fault' in json) return undefined;
  return poisonSchema.safeParse(json.value).data;
}

function parseValue(value: Buffer | null): { readonly value: unknown } | Unreadable {
  if (value === null) return { fault: 'tombstone', detail: 'The record has no value.' };
  if (value.length === 0) return { fault: 'empty', detail: 'The value has no bytes.' };
  try {
    return { value: JSON.parse(value.toString('utf8')) };
  } catch (error) {
    return { fault: 'malformed', detail: `The value is not JSON: ${(error as Error).message}` };
  }
}
