import { faultsOf } from '@jobstream/contracts/rest';
import { z } from 'zod';
import { ProblemError } from './problem-error.js';

/**
 * The body of a request, checked; undefined where it had none.
 * @throws ProblemError `invalid_request`, pointing at each field that is wrong
 */
export function readBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ProblemError('invalid_request', 'The body has faults.', { errors: faultsOf(parsed.error) });
}

/** Schema of requests that take no body. */
export const noBody = z.strictObject({}).optional();
