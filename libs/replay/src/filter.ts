import type { ReplayFilter } from '@jobstream/contracts/rest';
import type { Candidate, Failure } from './candidate.js';
import type { JobStanding } from './projection.js';

/** Whether a run meets what of a filter its record can tell. */
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

/** Whether it meets what is asked of its failure: the one its dead letter tells of or, without one, its job's latest. */
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

/** Whether its job stands as asked. */
export function meetsState({ state }: ReplayFilter, standing: JobStanding | undefined): boolean {
  return state === undefined || standing?.state === state;
}

/** Whether the text holds the pattern, whose `*` stand for any text. Takes time in proportion to both, whatever they are. */
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

/** Whether a filter names what it means, so that a parked job is meant too. */
export function isNaming({ ids, reason }: ReplayFilter): boolean {
  return ids !== undefined || reason === 'parked';
}
