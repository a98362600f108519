import { tokenOf } from '@jobstream/platform';
import { z } from 'zod';

const days = (fallback: number) => z.coerce.number().int().min(1).max(36_500).default(fallback);

/** How many days things are kept. Everything older is deleted by the maintenance jobs. */
export const retentionSettings = z.object({
  RETENTION_UPLOADS_DAYS: days(90),
  RETENTION_THUMBS_DAYS: days(90),
  RETENTION_REPORTS_DAYS: days(90),
  /** Occurrences of schedules, and what was decided for each. */
  RETENTION_FIRINGS_DAYS: days(30),
  /** Flows that have ended. */
  RETENTION_FLOWS_DAYS: days(30),
  /** API keys, after they expired or were revoked. */
  RETENTION_API_KEYS_DAYS: days(30),
  /** The audit: requests that were to change something. */
  RETENTION_AUDIT_DAYS: days(365),
  /** What handlers have logged. */
  RETENTION_LOGS_DAYS: days(7),
  /** Records of the log that no reader needs any more, and rows of jobs that ended. */
  RETENTION_RECORDS_DAYS: days(30),
  /** Whether dead letters are deleted like all other records. */
  RETENTION_DELETES_DEAD_LETTERS: z.enum(['true', 'false']).default('false'),
  /** How long after its creation a finished job can be replayed, and so needs its upload. */
  RETENTION_REPLAY_DAYS: days(30),
});

/** The settings, with their defaults filled in. */
export type Retention = z.infer<typeof retentionSettings>;

export const retentionToken = tokenOf<Retention>('Retention');

/** Milliseconds in a day. */
export const dayMs = 86_400_000;
