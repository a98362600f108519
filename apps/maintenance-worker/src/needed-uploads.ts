import { imageThumbnail, inferenceOcr, uploadKey } from '@jobstream/jobs';
import type { MaintenanceParts } from './maintenance-parts.js';

/** Job types that read an upload. */
const readers: readonly string[] = [imageThumbnail.type, inferenceOcr.type];

/**
 * The keys of the uploads that a job may still read: one accepted by now that waits, in whatever state, is a dead letter, or was
 * created since then, and so can be replayed; a run that a replay is about to make; and what schedules make.
 * @throws ProjectionBehindError
 */
export async function findNeededUploads(parts: MaintenanceParts, since: Date): Promise<Set<string>> {
  const keys = new Set<string>();
  const need = (payload: unknown) => {
    const imageId = (payload as { imageId?: unknown } | null)?.imageId;
    if (typeof imageId === 'string') keys.add(uploadKey(imageId));
  };
  // First what is on its way into the log, then what is there: nothing goes by between them.
  for (const { type, payload } of await jobsToCome(parts)) if (readers.includes(type)) need(payload);
  await parts.awaitProjection();
  for await (const payload of parts.needed.payloads(readers, since)) need(payload);
  return keys;
}

interface JobToCome {
  readonly type: string;
  readonly payload?: unknown;
}

async function jobsToCome({ database }: MaintenanceParts): Promise<JobToCome[]> {
  const { operations } = database;
  const { rows } = await database.query<{ job: string | null; request: string | null }>({
    text: `SELECT job, NULL AS request FROM ${operations}.schedules
           UNION ALL SELECT job, NULL FROM ${operations}.schedule_firings WHERE state = 'pending'
           UNION ALL SELECT NULL, request FROM ${operations}.replay_jobs WHERE state = 'reserved'`,
  });
  return rows.map(({ job, request }) => {
    const text = job ?? (JSON.parse(request!) as { value: string }).value;
    return JSON.parse(text) as JobToCome;
  });
}
