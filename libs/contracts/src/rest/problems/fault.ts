import { z } from 'zod';

/** One fault of a request: its place, as a JSON Pointer (RFC 6901) into the body or the query, and the fault there. */
export const faultSchema = z
  .object({
    pointer: z.string().describe('Empty for the whole body or query.'),
    detail: z.string(),
  })
  .meta({ id: 'Fault' });
export type Fault = z.infer<typeof faultSchema>;
