import { neededScope } from '@jobstream/contracts';
import { isGranted } from '@jobstream/contracts/rest';
import { IntakeError, type CheckedJob } from '@jobstream/intake';
import type { Caller } from '../access/key-ring.js';

/**
 * A checked job, if its definition lets the caller submit it; otherwise the error `insufficient_scope`.
 * @param caller null where no API key is needed: everyone may submit everything
 */
export function checkScope(job: CheckedJob, caller: Pick<Caller, 'scopes'> | null): CheckedJob | IntakeError {
  const { rules, payload } = job;
  const needed = neededScope(rules, payload);
  if (caller === null || isGranted(caller.scopes, needed)) return job;
  const detail = `A job of type ${rules.type} with this payload needs a key with the scope \`${needed}\`; this one has ${caller.scopes.map((scope) => `\`${scope}\``).join(', ')}.`;
  return new IntakeError('insufficient_scope', detail);
}
