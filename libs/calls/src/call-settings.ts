import { allowedHostsSchema } from '@jobstream/downloads';
import { z } from 'zod';

/** The settings of calls to the servers of others. */
export const callSettings = z.object({
  /** What may be called although it is not public. */
  ENDPOINT_ALLOW: allowedHostsSchema,
});
