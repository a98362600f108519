import { faultsOf } from '@jobstream/contracts/rest';
import type { z } from 'zod';
import { ReplayError } from './replay-error.js';

/** The request that a body holds. @throws ReplayError `invalid_request` */
export function checkRequest<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  what: 'replay' | 'action',
): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ReplayError('invalid_request', `The ${what} has faults.`, faultsOf(parsed.error));
}
