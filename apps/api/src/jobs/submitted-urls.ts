import type { Fault } from '@jobstream/contracts/rest';
import { faultOfUrl, type AllowedHosts } from '@jobstream/downloads';
import { IntakeError, type CheckedJob } from '@jobstream/intake';

/**
 * A checked job, if the URLs in its payload may be fetched as far as that can be told without asking anyone; otherwise the
 * error `invalid_payload`. What a name leads to shows when a worker connects there.
 */
export function checkUrls(job: CheckedJob, allowed: AllowedHosts): CheckedJob | IntakeError {
  const payload = job.payload as Record<string, unknown>;
  const errors = job.rules.fetches.flatMap((field) => faultsOf(field, payload[field], allowed));
  if (errors.length === 0) return job;
  return new IntakeError('invalid_payload', `${job.rules.type} can not fetch that.`, { errors });
}

function faultsOf(field: string, value: unknown, allowed: AllowedHosts): Fault[] {
  const detail = typeof value === 'string' ? faultOfUrl(value, allowed) : undefined;
  return detail === undefined ? [] : [{ pointer: `/payload/${field}`, detail }];
}
