import { z } from 'zod';

const days = (fallback: number) => z.coerce.number().int().min(1).max(36_500).default(fallback);

/** How many days things are kept. */
export const retentionSettings = z.object({
  RETENTION_UPLOADS_DAYS: days(90),
  RETENTION_THUMBS_DAYS: days(90),
  RETENTION_REPORTS_DAYS: days(90),
  /** What was decided for occurrences of schedules. */
  RETENTION_FIRINGS_DAYS: days(30),
  /** API keys, after they expired or were revoked. */
  RETENTION_API_KEYS_DAYS: days(30),
  /** What was done with API keys, and without where none are needed. */
  RETENTION_AUDIT_DAYS: days(365),
  /** Records of the log that nobody needs any more, and rows of jobs that ended. */
  RETENTION_RECORDS_DAYS: days(30),
  /** Whether dead letters go like all others. */
  RETENTION_DELETES_DEAD_LETTERS: z.enum(['true', 'false']).default('false'),
  /** How long after its creation a finished job can be replayed, and so needs what it read. */
  RETENTION_REPLAY_DAYS: days(30),
});

/** See {@link retentionSettings}. */
export type Retention = z.infer<typeof retentionSettings>;

/** Milliseconds of a day. */
export const dayMs = 86_400_000;
