import type { JobType } from '@jobstream/contracts';
import { faultsOfSchema } from './meta-schema.js';
import { faultsOfSearch } from './search-faults.js';

/** The platform can not check payloads by a schema of a definition, or not search by a path. The message says where and why. */
export class UnfitSchemaError extends Error {
  override readonly name = 'UnfitSchemaError';
  readonly code = 'unfit_schema';
}

/**
 * Keeps a definition from being published that the services would skip.
 * @throws UnfitSchemaError
 */
export function refuseUnfitSchemas({ type, payload, result, search }: JobType): void {
  const faults = [
    ...faultsOfSchema(payload, '/payload'),
    ...faultsOfSchema(result, '/result'),
    ...faultsOfSearch(payload, search),
  ];
  if (faults.length === 0) return;
  const list = faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join(' ');
  throw new UnfitSchemaError(`The job type "${type}" can not be published. ${list}`);
}
