import { maxDeadLetterRecordBytes, maxRequestRecordBytes, type Topics } from '@jobstream/contracts';
import {
  encodeRecord,
  type EncodedRecord,
  type JobError,
  type JobRequest,
  type Start,
} from '@jobstream/contracts/records';
import type { DrawnJob } from '@jobstream/intake';
import type { IncomingRecord, OutgoingRecord } from '@jobstream/kafka';
import type { Outcome } from '@jobstream/lifecycle';
import {
  deadLetterOf,
  encodedBytes,
  headOf,
  originOf,
  poisonOf,
  recordOverheadBytes,
} from './dead-letter-record.js';
import type { ReadRecord } from '../admission/record-reading.js';
import type { StartableJob } from '../admission/startable-job.js';

/** An attempt that has ended, and all that its record says of it. */
export interface EndedAttempt {
  readonly job: StartableJob;
  /** The job type as metrics and logs name it: `unknown` for a type without a handler here. */
  readonly type: string;
  /** The request or retry record of the job. */
  readonly source: IncomingRecord;
  /** Undefined when the handler was not called. */
  readonly start: Start | undefined;
  /** The jobs that the attempt has enqueued: produced if it succeeds. */
  readonly children: readonly DrawnJob[];
  /** ISO 8601, by the broker's time. */
  readonly finishedAt: string;
  /** When the next attempt is due, in milliseconds since 1970, by the broker's time. Undefined when a retry lane decides it, or no attempt follows. */
  readonly dueAt: number | undefined;
}

/** The record of an outcome: each outcome is exactly one. */
export function outcomeRecord(topics: Topics, ended: EndedAttempt, outcome: Outcome): OutgoingRecord {
  const { job, start, finishedAt, source } = ended;
  switch (outcome.kind) {
    case 'succeed':
      return successRecord(topics, job, start!, finishedAt, outcome.result);
    case 'expire':
      return {
        topic: topics.events,
        ...encodeRecord({ ...headOf(job), phase: 'expired', value: { ...baseOf(job), finishedAt } }),
      };
    case 'cancel':
      return {
        topic: topics.events,
        ...encodeRecord({
          ...headOf(job),
          phase: 'cancelled',
          value: { ...baseOf(job), ...(start && { start }), finishedAt },
        }),
      };
    case 'dead-letter':
      return {
        topic: topics.deadLetters(job.request.queue),
        ...deadLetterOf(job, outcome, start, originOf(source)),
      };
    case 'retry': {
      const retry = fittingRetry(job, outcome.error, start!);
      if (retry) return { topic: topics.retry(job.request.queue, outcome.laneMs), ...retry };
      return outcomeRecord(topics, ended, tooLargeToRetry(job, outcome.error));
    }
    case 'retry-delayed': {
      const retry = fittingRetry(job, outcome.error, start!, isoTimeOf(ended.dueAt!));
      if (retry) return { topic: topics.delayed, ...retry };
      return outcomeRecord(topics, ended, tooLargeToRetry(job, outcome.error));
    }
    case 'retry-in-place':
      return { topic: topics.events, ...inPlaceRetry(job, outcome.error, start!, ended.dueAt!) };
  }
}

/** Written field by field: almost every job comes here, and a spread takes as long as the JSON. */
function successRecord(
  topics: Topics,
  { request, run, attempt, createdAt, claimed, notify, unique, flow, traceparent }: StartableJob,
  start: Start,
  finishedAt: string,
  result: unknown,
): OutgoingRecord {
  const { v, id, type, queue, submittedFor } = request;
  const { key, value, headers } = encodeRecord({
    run,
    attempt,
    createdAt,
    claimed,
    notify,
    unique,
    flow,
    traceparent,
    phase: 'succeeded',
    value: { v, id, type, queue, submittedFor, start, finishedAt, result },
  });
  return { topic: topics.events, key, value, headers };
}

/** The dead letter of a record without a readable job. */
export function poisonRecord(
  topics: Topics,
  queue: string,
  source: IncomingRecord,
  fault: Extract<ReadRecord, { kind: 'poison' }>,
): OutgoingRecord {
  return { topic: topics.deadLetters(queue), ...poisonOf(source, fault) };
}

/** The hint that an attempt is running, with its progress if the handler has reported any. */
export function runningRecord(
  topics: Topics,
  job: StartableJob,
  start: Start,
  report?: { readonly progress: unknown },
): OutgoingRecord {
  return {
    topic: topics.events,
    ...encodeRecord({
      ...headOf(job),
      phase: report ? 'progress' : 'started',
      value: { ...baseOf(job), start, ...report },
    }),
  };
}

/** A retry carries the request and the error. If both do not fit, the error loses first its stack, then most of its message. */
function fittingRetry(
  job: StartableJob,
  error: JobError,
  start: Start,
  dueAt?: string,
): EncodedRecord | undefined {
  const { code, message } = error;
  for (const lesser of [error, { code, message }, { code, message: message.slice(0, 100) }]) {
    const retry = encodeRecord({
      ...headOf(job),
      phase: 'retrying',
      value: { ...job.request, error: lesser, start, ...(dueAt !== undefined && { dueAt }) },
    });
    if (encodedBytes(retry) <= maxRequestRecordBytes - recordOverheadBytes) return retry;
  }
  return undefined;
}

/**
 * The retry of a job that waits in its worker. It only tells of the wait, so its key is the job's, as that of every event. A
 * payload that does not fit is left out.
 */
function inPlaceRetry(job: StartableJob, error: JobError, start: Start, dueAt: number): EncodedRecord {
  const retry = (request: JobRequest) =>
    encodeRecord({
      ...headOf(job),
      phase: 'retrying',
      value: { ...request, error, start, dueAt: isoTimeOf(dueAt) },
    });
  const whole = retry(job.request);
  const fits = encodedBytes(whole) <= maxDeadLetterRecordBytes - recordOverheadBytes;
  return { ...(fits ? whole : retry({ ...job.request, payload: null })), key: job.request.id };
}

function tooLargeToRetry(job: StartableJob, error: JobError): Extract<Outcome, { kind: 'dead-letter' }> {
  return {
    kind: 'dead-letter',
    reason: 'oversize',
    error: {
      ...error,
      message: `Too large to be retried with its error beside it: ${error.message.slice(0, 1_000)}`,
    },
    attempts: job.attempt,
  };
}

function isoTimeOf(time: number): string {
  return new Date(time).toISOString();
}

function baseOf({ request: { v, id, type, queue, submittedFor } }: StartableJob) {
  return { v, id, type, queue, submittedFor };
}
