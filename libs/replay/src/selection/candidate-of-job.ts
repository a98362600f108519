import { traceparentOf, wireVersion, type JobRequest } from '@jobstream/contracts/records';
import type { ProjectedJob } from '../projection.js';
import type { Candidate } from './candidate.js';

/** The newest run of a job as the projection has it; undefined while it has the end but not the request. */
export function candidateOfJob(job: ProjectedJob): Omit<Candidate, 'recordedAt'> | undefined {
  const { id, run, type, queue, payload, maxAttempts, submittedFor, orderingKey, expiresAt, notify } = job;
  if (maxAttempts === null) return undefined;
  const request: JobRequest = {
    v: wireVersion,
    id,
    type,
    queue,
    payload,
    priority: job.priority ?? 'normal',
    maxAttempts,
    ...(submittedFor !== null && { submittedFor }),
    ...(orderingKey !== null && { orderingKey }),
    ...(expiresAt !== null && { expiresAt: expiresAt.toISOString() }),
  };
  return {
    id,
    run,
    request,
    createdAt: job.createdAt.getTime(),
    traceparent: traceparentOf(id),
    ...(notify !== null && { notify }),
  };
}
