import { isGranted } from '@jobstream/contracts/rest';
import { IntakeError, type CheckedJob } from '@jobstream/intake';
import type { Caller } from '../access/key-ring.js';

/**
 * A checked job, if its definition lets the caller submit it; otherwise the error `insufficient_scope`.
 * @param caller null where no API key is needed: everyone may submit everything
 */
export function checkScope(job: CheckedJob, caller: Pick<Caller, 'scopes'> | null): CheckedJob | IntakeError {
  const { definition, payload } = job;
  const needed = definition.submitScope(payload);
  if (caller === null || isGranted(caller.scopes, needed)) return job;
  const detail = `A job of type ${definition.type} with this payload needs a key with the scope \`${needed}\`; this one has ${caller.scopes.map((scope) => `\`${scope}\``).join(', ')}.`;
  return new IntakeError('insufficient_scope', detail);
}
