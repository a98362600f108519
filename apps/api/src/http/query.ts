import { faultsOf } from '@jobstream/contracts/rest';
import type { z } from 'zod';
import { ProblemError } from './problem-error.js';

/**
 * The query of a request, checked.
 * @throws ProblemError `invalid_request`, pointing at each parameter that is wrong
 */
export function readQuery<Schema extends z.ZodType>(schema: Schema, query: unknown): z.output<Schema> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw new ProblemError('invalid_request', 'The query has faults.', { errors: faultsOf(parsed.error) });
}
