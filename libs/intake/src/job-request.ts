import {
  isStorable,
  maxBodyBytes,
  maxOrderingKeyLength,
  maxRecordNesting,
  maxRequestRecordBytes,
  valueAt,
  type JobId,
  type JobRules,
  type Priority,
} from '@jobstream/contracts';
import {
  encodeRecord,
  isTooDeep,
  traceparentOf,
  wireVersion,
  type DelayedRequest,
  type EncodedRecord,
  type JobRequest,
} from '@jobstream/contracts/records';
import {
  faultsOf,
  linksOf,
  maxDelayMs,
  maxFaults,
  submissionSchema,
  timeOfId,
  type AcceptedJob,
  type Fault,
} from '@jobstream/contracts/rest';
import type { Clock } from '@jobstream/runtime';
import type { z } from 'zod';
import { IntakeError } from './intake-error.js';
import type { SubmittableType } from './submittable-type.js';
import { uniqueWishOf, type SubmittedKey, type UniqueWish } from './unique/unique-wish.js';

type SubmissionFields = z.output<typeof submissionSchema>;

/** Room for the key and headers of a request record. */
const recordOverheadBytes = 4 * 1024;

/** A submission that passed the check: its type is known, its payload has all defaults. */
export interface CheckedJob {
  /** As it was submitted. */
  readonly submission: unknown;
  readonly rules: JobRules;
  readonly payload: unknown;
  readonly submittedFor?: string;
  /** The URL that hears of the job's end. */
  readonly notify?: string;
  /** The job expires this long after it was accepted, if it has not started. */
  readonly expiresInMs?: number;
  readonly priority: Priority;
  /** Jobs of one key run one after another. */
  readonly orderingKey?: string;
  /** The key by which it is kept from being two. */
  readonly unique?: UniqueWish;
  /** When the job is due, in milliseconds since 1970, or how long after it was accepted. Undefined: at once. */
  readonly due?: { readonly afterMs: number } | { readonly at: number };
}

/** Headers of a request. */
export interface RequestMarks {
  /** Default: made from the job's id. */
  readonly traceparent?: string | undefined;
  /**
   * Set for requests that may be produced again (with an Idempotency-Key, by a schedule, a replay or a parent job): each copy then
   * runs under a claim, so that each attempt of the job runs once. Default false.
   */
  readonly claimed?: boolean;
  /** The unique key that the job holds, as its header says it. Default: none. */
  readonly unique?: string;
  /** The flow that the job is a step of. Default: none. */
  readonly flow?: JobId;
  /** The job whose handler made this one. Default: none. */
  readonly parent?: JobId | undefined;
  /** The run that the request starts. Default 1. */
  readonly run?: number;
}

/** A job request, ready to be produced. */
export interface DrawnJob {
  /** With `runAt` if it waits for its time. */
  readonly request: JobRequest | DelayedRequest;
  readonly createdAt: number;
  readonly record: EncodedRecord;
}

/**
 * Checks a submission, whatever its type, against the contract and the schema of its job type. The code of an error is
 * `invalid_request`, `unknown_type` or `invalid_payload`, and it has the path of each fault.
 * @param clock the broker's time; read only if the submission names a time, which may not be too far ahead
 * @param find the job type of a name, or the error that says why there is none
 */
export function checkSubmission(
  submission: unknown,
  clock: Clock,
  find: (type: string) => SubmittableType | IntakeError,
): CheckedJob | IntakeError {
  const parsed = submissionSchema.safeParse(submission);
  if (!parsed.success) {
    const errors = faultsOf(parsed.error);
    return new IntakeError('invalid_request', `${count(errors.length)} in the submission.`, { errors });
  }
  const { type, payload, submittedFor, notify, expiresIn, priority = 'normal', delay, runAt } = parsed.data;
  const found = find(type);
  if (found instanceof IntakeError) return found;
  const { rules } = found;
  const faults = faultsOfCombination(parsed.data, rules, clock);
  if (faults.length > 0) {
    return new IntakeError('invalid_request', `${count(faults.length)} in the submission.`, {
      errors: faults,
    });
  }
  const checked = found.check(payload, '/payload');
  if ('faults' in checked) {
    const detail = `${count(checked.faults.length)} in the payload of ${type}.`;
    return new IntakeError('invalid_payload', detail, { errors: checked.faults });
  }
  const orderingKey = parsed.data.orderingKey ?? orderingKeyOf(rules, checked.payload);
  if (orderingKey instanceof IntakeError) return orderingKey;
  const unique = uniqueWishOf(rules, checked.payload, parsed.data.unique as SubmittedKey | undefined);
  if (unique && 'pointer' in unique)
    return new IntakeError('invalid_payload', `There is a fault in the payload of ${type}.`, {
      errors: [unique],
    });
  if (unique?.policy.debounce && (delay ?? runAt) !== undefined) return debouncedAndDelayed();
  return {
    submission,
    rules,
    payload: checked.payload,
    submittedFor,
    notify,
    expiresInMs: expiresIn,
    priority,
    orderingKey,
    unique,
    due: dueOf(delay, runAt),
  };
}

function debouncedAndDelayed(): IntakeError {
  const detail = 'The debounce says when the job starts: give neither delay nor runAt with it.';
  return new IntakeError('invalid_request', 'There is a fault in the submission.', {
    errors: [{ pointer: '/unique/debounce', detail }],
  });
}

function dueOf(delay: number | undefined, runAt: string | undefined): CheckedJob['due'] {
  if (runAt !== undefined) return { at: Date.parse(runAt) };
  return delay === undefined ? undefined : { afterMs: delay };
}

/** Faults of fields that are valid each alone, but not together. */
function faultsOfCombination(
  { priority, orderingKey, delay, runAt, expiresIn }: SubmissionFields,
  { type, queue, orderBy }: JobRules,
  clock: Clock,
): Fault[] {
  const faults: Fault[] = [];
  if (priority !== undefined && (orderingKey ?? orderBy) !== undefined) {
    const detail = 'A job with an ordering key has no priority: jobs of one key run in the order they came.';
    faults.push({ pointer: '/priority', detail });
  } else if (priority !== undefined && priority !== 'normal' && !queue.priorities) {
    const detail = `Jobs of type ${type} have no priorities: their queue ${queue.name} has one lane.`;
    faults.push({ pointer: '/priority', detail });
  }
  if (delay !== undefined && runAt !== undefined)
    faults.push({ pointer: '/runAt', detail: 'Give either delay or runAt, not both.' });
  const waitMs = runAt === undefined ? (delay ?? 0) : Date.parse(runAt) - clock.now();
  if (waitMs > maxDelayMs) faults.push({ pointer: '/runAt', detail: 'This is more than ten years ahead.' });
  if (expiresIn !== undefined && waitMs >= expiresIn)
    faults.push({ pointer: '/expiresIn', detail: 'The job would expire before it is due.' });
  return faults;
}

/** The ordering key in the payload; undefined when jobs of the type run in any order, or this payload has no key. */
function orderingKeyOf({ type, orderBy }: JobRules, payload: unknown): string | undefined | IntakeError {
  const value = orderBy === undefined ? undefined : valueAt(payload, orderBy);
  if (value === undefined || value === null) return undefined;
  const detail = faultOfKey(value);
  if (detail === undefined) return `${value as string | number}`;
  return new IntakeError('invalid_payload', `There is a fault in the payload of ${type}.`, {
    errors: [{ pointer: `/payload/${orderBy!.replaceAll('.', '/')}`, detail }],
  });
}

function faultOfKey(value: unknown): string | undefined {
  if (typeof value === 'number') return undefined;
  if (typeof value !== 'string') return 'Give a text or a number: jobs of one key run in order.';
  if (value.length === 0 || value.length > maxOrderingKeyLength)
    return `The ordering key has ${value.length} characters, not 1 to ${maxOrderingKeyLength}.`;
  return isStorable(value) ? undefined : 'The ordering key has NUL characters or halves of surrogate pairs.';
}

/**
 * The request of a checked job under this id. The same job and id always give the same record, because the job counts as created
 * at the time in its id. The code of an error is `item_too_large`: it has more bytes than a body may have (only an item of a batch
 * can), or than the topic takes; or `invalid_payload`: it nests too deeply (only a handler can enqueue such a job).
 * @param countedFrom the start of `delay` and `expiresIn`, in milliseconds since 1970; default: the job's creation
 */
export function drawJob(
  job: CheckedJob,
  id: JobId,
  { traceparent = traceparentOf(id), claimed = false, unique, flow, parent, run = 1 }: RequestMarks = {},
  countedFrom = timeOfId(id),
): DrawnJob | IntakeError {
  const { rules, payload, submittedFor, notify, expiresInMs, priority, orderingKey } = job;
  const createdAt = timeOfId(id);
  // Written field by field: spreads would take longer than the JSON.
  const plain: JobRequest = {
    v: wireVersion,
    id,
    type: rules.type,
    queue: rules.queue.name,
    submittedFor,
    payload,
    priority,
    maxAttempts: rules.maxAttempts,
    orderingKey,
    expiresAt: expiresInMs === undefined ? undefined : new Date(countedFrom + expiresInMs).toISOString(),
  };
  const runAt = runAtOf(job, countedFrom);
  const request = runAt === undefined ? plain : { ...plain, runAt };
  const mark = claimed ? true : undefined;
  const record = encodeRecord(
    'runAt' in request
      ? {
          run,
          attempt: 1,
          createdAt,
          traceparent,
          claimed: mark,
          notify,
          unique,
          flow,
          parent,
          phase: 'scheduled',
          value: request,
        }
      : {
          run,
          attempt: 1,
          createdAt,
          traceparent,
          claimed: mark,
          notify,
          unique,
          flow,
          parent,
          phase: 'queued',
          value: request,
        },
  );
  if (isOversize(job.submission, record)) {
    return new IntakeError('item_too_large', `A job takes at most ${maxBodyBytes} bytes.`);
  }
  if (isTooDeep(record.value)) {
    return new IntakeError('invalid_payload', `A job nests at most ${maxRecordNesting} levels deep.`);
  }
  return { request, createdAt, record };
}

/** When the job is due; undefined when that is no later than `countedFrom`. It uses no clock: the same job gives the same record. */
function runAtOf({ due }: CheckedJob, countedFrom: number): string | undefined {
  if (due === undefined) return undefined;
  const at = 'at' in due ? due.at : countedFrom + due.afterMs;
  return at > countedFrom ? new Date(at).toISOString() : undefined;
}

/** The answer to the submitter of an accepted job. */
export function describeAccepted({ request, createdAt }: DrawnJob): AcceptedJob {
  const { id, type, queue } = request;
  return {
    id,
    type,
    queue,
    state: 'runAt' in request ? 'scheduled' : 'queued',
    run: 1,
    createdAt: new Date(createdAt).toISOString(),
    links: linksOf(id),
  };
}

/** A record is never shorter than its submission without whitespace, so most submissions are not measured too. */
function isOversize(submission: unknown, { value }: EncodedRecord): boolean {
  const bytes = Buffer.byteLength(value);
  if (bytes <= maxBodyBytes) return false;
  return (
    bytes > maxRequestRecordBytes - recordOverheadBytes ||
    Buffer.byteLength(JSON.stringify(submission)) > maxBodyBytes
  );
}

function count(faults: number): string {
  if (faults >= maxFaults) return `There are ${faults} faults or more`;
  return faults === 1 ? 'There is a fault' : `There are ${faults} faults`;
}
