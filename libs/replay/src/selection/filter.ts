import type { ReplayFilter } from '@jobstream/contracts/rest';
import type { JobStanding } from '../projection.js';
import type { Candidate, Failure } from './candidate.js';

/** Whether a run meets those conditions of a filter that its record answers. */
export function meetsRecord(
  { type, ids, olderThan }: ReplayFilter,
  { id, request, recordedAt }: Pick<Candidate, 'id' | 'request' | 'recordedAt'>,
  askedAt: number,
): boolean {
  return (
    (type === undefined || request.type === type) &&
    (ids === undefined || ids.includes(id)) &&
    (olderThan === undefined || recordedAt <= askedAt - olderThan)
  );
}

/** Whether a failure meets a filter: that of the dead letter or, without one, the latest of the job. */
export function meetsFailure(
  { reason, errorCode, message }: ReplayFilter,
  failure: Failure | undefined,
): boolean {
  return (
    (reason === undefined || failure?.reason === reason) &&
    (errorCode === undefined || failure?.error?.code === errorCode) &&
    (message === undefined || meetsPattern(message, failure?.error?.message ?? ''))
  );
}

/** Whether a job is in the state that the filter asks for. */
export function meetsState({ state }: ReplayFilter, standing: JobStanding | undefined): boolean {
  return state === undefined || standing?.state === state;
}

/** Whether the text contains the pattern, in which `*` stands for any text. The time it takes is in proportion to both. */
export function meetsPattern(pattern: string, text: string): boolean {
  const lower = text.toLowerCase();
  let at = 0;
  for (const part of pattern.toLowerCase().split('*')) {
    const found = lower.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return true;
}

/** Whether a filter names its jobs, or asks for parked ones. Only then it means parked jobs too. */
export function isNaming({ ids, reason }: ReplayFilter): boolean {
  return ids !== undefined || reason === 'parked';
}
