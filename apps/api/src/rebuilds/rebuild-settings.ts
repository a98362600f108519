import { z } from 'zod';

/** How large the database may become, which Postgres does not know: a rebuild beyond it is refused. Unset for no limit. */
export const rebuildSettings = z.object({
  DATABASE_MAX_BYTES: z.coerce.number().int().min(1).optional(),
});
