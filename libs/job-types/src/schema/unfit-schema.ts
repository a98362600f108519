import type { JobType } from '@jobstream/contracts';
import { faultsOfSchema } from './meta-schema.js';

/** The platform can not check payloads by a schema of a definition. The message says where and why. */
export class UnfitSchemaError extends Error {
  override readonly name = 'UnfitSchemaError';
  readonly code = 'unfit_schema';
}

/**
 * Keeps a definition from being published that the services would skip.
 * @throws UnfitSchemaError
 */
export function refuseUnfitSchemas({ type, payload, result }: JobType): void {
  const faults = [...faultsOfSchema(payload, '/payload'), ...faultsOfSchema(result, '/result')];
  if (faults.length === 0) return;
  const list = faults.map(({ pointer, detail }) => `${pointer}: ${detail}`).join(' ');
  throw new UnfitSchemaError(`The JSON Schema of the job type "${type}" can not be published. ${list}`);
}
