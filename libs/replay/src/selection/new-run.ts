import type { JobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import type { JobTypeBook } from '@jobstream/job-types';
import type { ForwardedRequest } from '@jobstream/intake';
import type { Candidate } from './candidate.js';

/** A run that a replay makes. */
export interface NewRun {
  readonly id: JobId;
  readonly run: number;
  readonly request: ForwardedRequest;
}

/**
 * Makes the next run of a job: the same job with all its attempts, in its queue's low lane if it has one and no ordering
 * key forbids it. The run is claimed, because its record may have to be sent again.
 * @param at milliseconds since 1970; the job gets its full time to start from then
 */
export function newRunOf(
  candidate: Pick<Candidate, 'id' | 'run' | 'request' | 'createdAt' | 'notify' | 'traceparent'>,
  payload: unknown,
  at: number,
  { queues }: JobTypeBook,
): NewRun {
  const { id, createdAt, notify, traceparent, request } = candidate;
  const run = candidate.run + 1;
  const { expiresAt, queue, orderingKey } = request;
  const isLow = queues.get(queue)?.priorities === true && orderingKey === undefined;
  const priority = isLow ? 'low' : 'normal';
  const value = {
    ...request,
    payload,
    priority,
    ...(expiresAt !== undefined && { expiresAt: renew(expiresAt, createdAt, at) }),
  } as const;
  const record = encodeRecord({
    run,
    attempt: 1,
    createdAt,
    claimed: true,
    phase: 'queued',
    value,
    ...(notify !== undefined && { notify }),
    ...(traceparent !== undefined && { traceparent }),
  });
  return { id, run, request: { queue, priority, ...record } };
}

function renew(expiresAt: string, createdAt: number, at: number): string {
  return new Date(at + Math.max(Date.parse(expiresAt) - createdAt, 1)).toISOString();
}
