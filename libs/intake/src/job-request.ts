import {
  encodeRecord,
  faultsOf,
  findJobDefinition,
  linksOf,
  maxBodyBytes,
  maxRequestRecordBytes,
  submissionSchema,
  wireVersion,
  type AcceptedJob,
  type EncodedRecord,
  type JobDefinition,
  type JobId,
  type JobRequest,
} from '@jobstream/contracts';
import { IntakeError } from './intake-error.js';
import { traceparentOf } from './traceparent.js';

/** Room in a request record for its key and headers. */
const recordOverheadBytes = 4 * 1024;

/** A submission that was checked: its type is known, its payload has the defaults filled in. */
export interface CheckedJob {
  /** As it came. */
  readonly submission: unknown;
  readonly definition: JobDefinition;
  readonly payload: unknown;
  readonly submittedFor?: string;
  /** How long after it was accepted the job may still start, in milliseconds. */
  readonly expiresInMs?: number;
}

/** A job request, ready to be produced. */
export interface DrawnJob {
  readonly request: JobRequest;
  readonly createdAt: number;
  readonly record: EncodedRecord;
}

/**
 * Checks a submission, whatever it is, against the contract and the schema of its job type. An error is
 * `invalid_request`, `unknown_type` or `invalid_payload` and has the path of each fault.
 */
export function checkSubmission(submission: unknown): CheckedJob | IntakeError {
  const parsed = submissionSchema.safeParse(submission);
  if (!parsed.success) {
    const errors = faultsOf(parsed.error);
    return new IntakeError('invalid_request', `${count(errors.length)} in the submission.`, { errors });
  }
  const { type, payload, submittedFor, expiresIn } = parsed.data;
  const definition = findJobDefinition(type);
  if (!definition) {
    const detail = `No job type is called "${type.slice(0, 200)}".`;
    return new IntakeError('unknown_type', detail, { errors: [{ pointer: '/type', detail }] });
  }
  const checked = definition.payload.safeParse(payload);
  if (!checked.success) {
    const errors = faultsOf(checked.error, '/payload');
    return new IntakeError('invalid_payload', `${count(errors.length)} in the payload of ${type}.`, {
      errors,
    });
  }
  return {
    submission,
    definition,
    payload: checked.data,
    ...(submittedFor !== undefined && { submittedFor }),
    ...(expiresIn !== undefined && { expiresInMs: expiresIn }),
  };
}

/**
 * The request of a checked job under this id. The same job and id always give the same record, whoever makes it and
 * when: the job counts as created at the time its id was drawn. An error is `item_too_large`: more bytes than one body
 * may have (only a batch can bring them), or than the topic takes.
 */
export function drawJob(
  job: CheckedJob,
  id: JobId,
  traceparent: string = traceparentOf(id),
): DrawnJob | IntakeError {
  const { definition, payload, submittedFor, expiresInMs } = job;
  const createdAt = drawnAt(id);
  const request: JobRequest = {
    v: wireVersion,
    id,
    type: definition.type,
    queue: definition.queue.name,
    ...(submittedFor !== undefined && { submittedFor }),
    payload,
    priority: 'normal',
    maxAttempts: definition.maxAttempts,
    ...(expiresInMs !== undefined && { expiresAt: new Date(createdAt + expiresInMs).toISOString() }),
  };
  const record = encodeRecord({
    run: 1,
    attempt: 1,
    phase: 'queued',
    createdAt,
    traceparent,
    value: request,
  });
  if (isOversize(job.submission, record)) {
    return new IntakeError('item_too_large', `A job takes at most ${maxBodyBytes} bytes.`);
  }
  return { request, createdAt, record };
}

/** What the submitter of an accepted job is answered. */
export function describeAccepted({ request, createdAt }: DrawnJob): AcceptedJob {
  const { id, type, queue } = request;
  return {
    id,
    type,
    queue,
    state: 'queued',
    run: 1,
    createdAt: new Date(createdAt).toISOString(),
    links: linksOf(id),
  };
}

/** A record is never shorter than its submission without whitespace, so most are not measured twice. */
function isOversize(submission: unknown, { value }: EncodedRecord): boolean {
  const bytes = Buffer.byteLength(value);
  if (bytes <= maxBodyBytes) return false;
  return (
    bytes > maxRequestRecordBytes - recordOverheadBytes ||
    Buffer.byteLength(JSON.stringify(submission)) > maxBodyBytes
  );
}

/** The time in a UUIDv7 (RFC 9562 section 5.7), in milliseconds since 1970. */
function drawnAt(id: JobId): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

function count(faults: number): string {
  return faults === 1 ? 'There is a fault' : `There are ${faults} faults`;
}
