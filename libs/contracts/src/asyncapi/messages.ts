import { z } from 'zod';
import type { JsonSchema, JsonSchemas } from '../json-schemas.js';
import type { Phase } from '../job-state.js';
import { cancelSchema } from '../records/cancel.js';
import { jobLogSchema } from '../records/job-log.js';
import {
  deadLetterSchema,
  delayedRequestSchema,
  endedEventSchema,
  jobRequestSchema,
  poisonSchema,
  retryRequestSchema,
  runningEventSchema,
  succeededEventSchema,
} from '../records/job-record.js';
import { headerNames, headSchema } from '../records/record-head.js';

/** A kind of record: its value, and the phases in its header. */
interface RecordMessage {
  readonly summary: string;
  readonly value: z.ZodType;
  /** Undefined for messages that are not transitions: they have no headers. */
  readonly phases?: readonly [Phase, ...Phase[]];
  readonly key: string;
}

const ofJob = 'The job’s id.';
const ofOrder = 'The job’s ordering key where it has one, otherwise its id.';

const messages = {
  JobRequest: { summary: 'A job is queued.', value: jobRequestSchema, phases: ['queued'], key: ofOrder },
  DelayedRequest: {
    summary: 'A job waits for its time.',
    value: delayedRequestSchema,
    phases: ['scheduled'],
    key: ofOrder,
  },
  RetryRequest: {
    summary: 'An attempt failed, another follows.',
    value: retryRequestSchema,
    phases: ['retrying'],
    key: `${ofOrder} On jobs.events the job’s id.`,
  },
  RunningEvent: {
    summary: 'An attempt runs.',
    value: runningEventSchema,
    phases: ['started', 'progress'],
    key: ofJob,
  },
  SucceededEvent: {
    summary: 'A job succeeded.',
    value: succeededEventSchema,
    phases: ['succeeded'],
    key: ofJob,
  },
  EndedEvent: {
    summary: 'A job ended without a result.',
    value: endedEventSchema,
    phases: ['cancelled', 'expired'],
    key: ofJob,
  },
  DeadLetter: {
    summary: 'A job was set aside.',
    value: deadLetterSchema,
    phases: ['dead_lettered'],
    key: ofJob,
  },
  Poison: {
    summary: 'A record was set aside in which no job could be read.',
    value: poisonSchema,
    phases: ['dead_lettered'],
    key: 'Where the record stood: topic/partition/offset.',
  },
  JobLog: { summary: 'An attempt has logged lines.', value: jobLogSchema, key: ofJob },
  Cancel: { summary: 'A run is not to be started any more.', value: cancelSchema, key: ofJob },
} as const satisfies Record<string, RecordMessage>;

/** The name of a kind of record. */
export type MessageName = keyof typeof messages;

/** Every {@link MessageName}. */
export const messageNames = Object.keys(messages) as MessageName[];

/** A kind of record in an AsyncAPI document. */
export interface Message {
  readonly name: MessageName;
  readonly summary: string;
  readonly contentType: 'application/json';
  readonly headers: JsonSchema;
  readonly payload: JsonSchema;
  readonly bindings: unknown;
}

/** A kind of record as AsyncAPI describes it. */
export function describeMessage(name: MessageName, schemas: JsonSchemas): Message {
  const { summary, value, phases, key }: RecordMessage = messages[name];
  return {
    name,
    summary,
    contentType: 'application/json',
    headers: schemas.of(headersOf(name, phases), 'input'),
    payload: schemas.of(value, 'output'),
    bindings: { kafka: { key: { type: 'string', description: key }, bindingVersion: '0.5.0' } },
  };
}

/** Poison has no header but its phase: there was none to read. */
function headersOf(name: MessageName, phases: RecordMessage['phases']): z.ZodObject {
  if (!phases) return z.object({});
  const phase = { [headerNames.phase]: z.enum(phases) };
  return name === 'Poison' ? z.object(phase) : headSchema.extend(phase);
}
