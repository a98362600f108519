import type { JobId } from '@jobstream/contracts';
import { encodeUniqueMark, headerNames, requestOf, type UniqueHold } from '@jobstream/contracts/records';
import type { HeldKey } from '@jobstream/unique-keys';
import type { DelayedJob } from '../delayed/delayed-job.js';
import type { IntakeError } from '../intake-error.js';
import { timeOfId } from '@jobstream/contracts/rest';
import { drawJob, type CheckedJob, type DrawnJob, type RequestMarks } from '../job-request.js';
import type { UniqueWish } from './unique-wish.js';

/** A job that is submitted with a unique key. */
export interface UniqueRequest {
  readonly job: CheckedJob & { readonly unique: UniqueWish };
  /** Its id, if it becomes a job of its own. */
  readonly id: JobId;
  readonly marks: RequestMarks;
}

/** The request under its own id. It runs under a claim, because it may be sent twice. */
export function drawUnique({ job, id, marks }: UniqueRequest): DrawnJob | IntakeError {
  const { debounce } = job.unique.policy;
  const due = debounce ? { afterMs: debounce.quietMs } : job.due;
  return drawJob({ ...job, due }, id, uniqueMarks(job.unique, marks));
}

/**
 * The request as the job of this id, which waits, gets it: it is due as if it were submitted now, but a debounced one at the latest
 * its `max` after the job was accepted.
 * @param now milliseconds since 1970
 */
export function drawReplacement(
  { job, marks }: UniqueRequest,
  holder: JobId,
  now: number,
): DrawnJob | IntakeError {
  const createdAt = timeOfId(holder);
  const { expiresInMs } = job;
  return drawJob(
    {
      ...job,
      // Past its creation, or the request would not be one that waits.
      due: { at: Math.max(dueAtOf(job, createdAt, now), createdAt + 1) },
      expiresInMs: expiresInMs === undefined ? undefined : now - createdAt + expiresInMs,
    },
    holder,
    uniqueMarks(job.unique, marks),
  );
}

function dueAtOf({ due, unique: { policy } }: UniqueRequest['job'], createdAt: number, now: number): number {
  const { debounce } = policy;
  if (debounce) return Math.min(now + debounce.quietMs, createdAt + debounce.maxMs);
  if (due === undefined) return now;
  return 'at' in due ? due.at : now + due.afterMs;
}

/** The row of the key that a drawn request takes. */
export function keyOf({ request }: DrawnJob, { hash, policy: { hold } }: UniqueWish): HeldKey {
  return {
    hash,
    jobId: request.id,
    hold: holdOf(hold),
    forMs: typeof hold === 'object' ? hold.forMs : null,
    queue: request.queue,
    state: 'runAt' in request ? 'scheduled' : 'queued',
  };
}

/** The row that keeps a drawn request until it is due, or until the log has it. */
export function rowOf({ request, createdAt, record }: DrawnJob): DelayedJob {
  const { id, queue, priority } = request;
  return {
    id,
    run: 1,
    attempt: 1,
    dueAt: 'runAt' in request ? Date.parse(request.runAt) : createdAt,
    queue,
    priority,
    key: record.key,
    value: JSON.stringify(requestOf(request)),
    headers: { ...record.headers, [headerNames.phase]: 'queued' },
  };
}

function uniqueMarks({ hash, policy: { hold } }: UniqueWish, marks: RequestMarks): RequestMarks {
  return { ...marks, claimed: true, unique: encodeUniqueMark({ hold: holdOf(hold), hash }) };
}

function holdOf(hold: UniqueWish['policy']['hold']): UniqueHold {
  return typeof hold === 'object' ? 'until' : hold;
}
