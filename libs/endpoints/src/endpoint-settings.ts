import { allowedHostsSchema } from '@jobstream/downloads';
import { z } from 'zod';

/** The settings of whoever names endpoints or calls them. */
export const endpointSettings = z.object({
  /** What may be called although it is not public. */
  ENDPOINT_ALLOW: allowedHostsSchema,
});
