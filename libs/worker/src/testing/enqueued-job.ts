import type { Priority } from '@jobstream/contracts';
import type { DelayedRequest, JobRequest } from '@jobstream/contracts/records';

/** A job that waits to run. */
export interface EnqueuedJob {
  readonly id: string;
  readonly type: string;
  readonly queue: string;
  /** As JSON, with the defaults of its schema. */
  readonly payload: unknown;
  readonly priority: Priority;
  /** When it is due, ISO 8601; absent if at once. */
  readonly runAt?: string;
  /** If it has not started by then, it expires, ISO 8601; absent if it does not. */
  readonly expiresAt?: string;
  readonly orderingKey?: string;
  readonly submittedFor?: string;
}

/** What a test sees of a request. */
export function describeEnqueued(request: JobRequest | DelayedRequest): EnqueuedJob {
  const { id, type, queue, payload, priority, expiresAt, orderingKey, submittedFor } = request;
  return {
    id,
    type,
    queue,
    payload: JSON.parse(JSON.stringify(payload ?? null)),
    priority,
    ...('runAt' in request && { runAt: request.runAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(orderingKey !== undefined && { orderingKey }),
    ...(submittedFor !== undefined && { submittedFor }),
  };
}
